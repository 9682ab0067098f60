import * as z from 'zod';
import { EnvironmentName } from '../identifiers.ts';
import { limits } from '../limits.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Environment variables for a sandbox or for one command. */
export const Environment = z
  .record(
    EnvironmentName,
    z.string().refine((value) => !value.includes('\0'), 'expected no NUL character'),
  )
  .refine(
    (env) => Object.keys(env).length <= limits.environmentEntries,
    `expected at most ${limits.environmentEntries} entries`,
  )
  .refine(
    (env) =>
      Object.entries(env).reduce((sum, [name, value]) => sum + bytes(name) + bytes(value), 0) <=
      limits.environmentBytes,
    `expected at most ${limits.environmentBytes} bytes of names and values`,
  );
