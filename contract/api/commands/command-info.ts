import * as z from 'zod';
import { SessionName } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { CommandOutcome } from './command-result.ts';

const FirstAvailable = z.number().int().describe('offset of the first byte that is still kept');

/** A command as it stands, running or ended. Every field always. */
export const CommandInfo = CommandOutcome.extend({
  command: z
    .string()
    .max(limits.commandTextLength)
    .nullable()
    .describe(
      'its first characters, arguments joined by blanks; null once the sandbox has ended, which nobody else tells',
    ),
  tty: z.boolean(),
  session: SessionName.nullable(),
  user: z.enum(['agent', 'root']),
  stdout_first_available: FirstAvailable,
  stderr_first_available: FirstAvailable,
}).meta({ id: 'CommandInfo' });
export type CommandInfo = z.infer<typeof CommandInfo>;

/** A piece of one stream of a command. */
export const CommandOutput = z
  .object({
    command_id: CommandOutcome.shape.command_id,
    stream: z.enum(['stdout', 'stderr']),
    offset: z.number().int().describe('of the first byte of data; later than asked for where that is no longer kept'),
    data: z.string(),
    encoding: z.enum(['utf8', 'base64']),
    next_offset: z.number().int().describe('where to read on'),
    first_available: FirstAvailable,
    produced_bytes: z.number().int(),
    ended: z.boolean().describe('nothing will follow next_offset once it has reached produced_bytes'),
  })
  .meta({ id: 'CommandOutput' });
export type CommandOutput = z.infer<typeof CommandOutput>;
