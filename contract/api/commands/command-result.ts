import * as z from 'zod';
import { CommandId, Timestamp } from '../identifiers.ts';

export const outcomes = ['exited', 'signaled', 'timed_out', 'killed', 'out_of_memory', 'lost', 'running'] as const;
export const Outcome = z.enum(outcomes);
export type Outcome = z.infer<typeof Outcome>;

export const Encoding = z.enum(['utf8', 'base64']);

/** How a command ended, or that it still runs; without its output. Every field always. */
export const CommandOutcome = z
  .object({
    command_id: CommandId,
    outcome: Outcome,
    exit_code: z.number().int().nullable().describe('null unless it exited by itself'),
    signal: z.string().nullable().describe('what ended it, as SIGKILL'),
    stdout_bytes: z.number().int().describe('produced, not: kept'),
    stderr_bytes: z.number().int(),
    cwd: z.string(),
    started_at: Timestamp,
    duration_ms: z.number().int(),
  })
  .meta({ id: 'CommandOutcome' });
export type CommandOutcome = z.infer<typeof CommandOutcome>;

/** The answer to exec. */
export const CommandResult = CommandOutcome.extend({
  stdout: z.string(),
  stderr: z.string(),
  stdout_encoding: Encoding.describe('base64 when the bytes are not UTF-8'),
  stderr_encoding: Encoding,
  truncated: z.boolean().describe('the end of a stream was cut from this answer'),
}).meta({ id: 'CommandResult' });
export type CommandResult = z.infer<typeof CommandResult>;
