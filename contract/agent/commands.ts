import * as z from 'zod';
import { Assignment } from '../api/agent-reports.ts';
import { CommandInput, commandSource } from '../api/commands/command-input.ts';
import { CommandId } from '../api/identifiers.ts';
import { limits } from '../api/limits.ts';
import { commandControlApi } from './command-control.ts';
import { RenewGrant } from './grant.ts';

/** The order to run a command. Repeating one with the same id joins the first. */
export const StartCommand = z
  .strictObject({
    ...CommandInput.shape,
    command_id: CommandId,
    timeout_seconds: z.number().int().min(1).max(limits.timeoutSeconds.max).nullable(),
    keep_output: z.literal(true).optional().describe('put what it printed into storage when it has ended'),
  })
  .refine(...commandSource);
export type StartCommand = z.infer<typeof StartCommand>;

const offset = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What of a command a follower wants: from where, and how much of each stream before only the outcome counts. */
export const Follow = z.strictObject({
  stdout_offset: offset.default(0),
  stderr_offset: offset.default(0),
  stream_bytes: offset.optional().describe('per stream; without it everything'),
  until: z
    .enum(['end', 'some', 'now'])
    .optional()
    .describe(
      'when to end: with the command (so without it), once there is some output, or at once; then the outcome may be "running"',
    ),
});
export type Follow = z.infer<typeof Follow>;

export const AgentErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }),
});

export const AgentHealth = z.object({
  version: z.string(),
  state: z.enum(['waiting', 'starting', 'ready', 'ending']),
  parts: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'down']),
      detail: z.string(),
      since: z.iso.datetime().describe('when this state began'),
    }),
  ),
  running_commands: z.number().int(),
  memory_bytes: z.number().int(),
  open_descriptors: z.number().int(),
  channels: z.number().int(),
});

/** The content type of a followed command (see frames.ts). */
export const framesType = 'application/vnd.matrx.frames';

/** The agent's own API, spoken over HTTP/2 through the channel. Bodies in and out are JSON unless they are frames. */
export const agentApi = {
  startCommand: { method: 'POST', path: '/commands', query: Follow, body: StartCommand, answer: 'frames' },
  followCommand: { method: 'GET', path: '/commands/{command_id}/frames', query: Follow, answer: 'frames' },
  ...commandControlApi,
  /** On a client-held channel only. */
  renewGrant: { method: 'POST', path: '/grant', body: RenewGrant, answer: z.object({}) },
  /** To a machine of a pool; answered when the sandbox is ready, or a moment later. On the control plane's own channels only. */
  assign: { method: 'POST', path: '/assignment', body: Assignment, answer: z.object({}) },
  /** On the control plane's own channels only. */
  getHealth: { method: 'GET', path: '/health', answer: AgentHealth },
} as const;
