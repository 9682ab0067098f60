import * as z from 'zod';
import { userDoors } from '../doors.ts';
import { ErrorBody } from '../error-body.ts';
import { CommandId, IdempotencyKey, SandboxId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { channelNeeds } from '../needs.ts';
import { type RouteTable, reachErrors } from '../route.ts';
import { CommandInput, commandSource } from './command-input.ts';
import { CommandOutcome, CommandResult, Encoding } from './command-result.ts';

export const ExecCommand = z
  .strictObject({
    ...CommandInput.shape,
    timeout_seconds: z
      .number()
      .int()
      .min(limits.timeoutSeconds.min)
      .max(limits.timeoutSeconds.max)
      .default(limits.timeoutSeconds.default)
      .describe('then it is ended: TERM, 2 s, KILL'),
    wait_seconds: z
      .number()
      .int()
      .min(limits.waitSeconds.min)
      .max(limits.waitSeconds.max)
      .optional()
      .describe('stops waiting and ends nothing; by default the time-out, at most 280'),
    max_output_bytes: z
      .number()
      .int()
      .min(limits.maxOutputBytes.min)
      .max(limits.maxOutputBytes.max)
      .default(limits.maxOutputBytes.default)
      .describe('kept for the answer, per stream; an event stream carries everything'),
    keep_output: z
      .boolean()
      .default(false)
      .describe('its whole output goes to storage when it ends, and stays readable there for 30 days'),
    command_id: CommandId.optional().describe(
      'made by the caller: joins the command with this id, or starts it under it',
    ),
  })
  .refine(...commandSource)
  .meta({ id: 'ExecCommand' });

const output = z.object({ offset: z.number().int(), data: z.string(), encoding: Encoding });

/** One event of a streamed exec; the last one is `finished` or `error`. */
export const ExecEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('started'), command_id: CommandId }),
    output.extend({ event: z.literal('stdout') }),
    output.extend({ event: z.literal('stderr') }),
    z.object({ event: z.literal('heartbeat') }),
    z.object({ event: z.literal('finished'), result: CommandOutcome }),
    ErrorBody.extend({ event: z.literal('error') }),
  ])
  .meta({ id: 'ExecEvent' });
export type ExecEvent = z.infer<typeof ExecEvent>;

export const commandRoutes = {
  execCommand: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/exec',
    summary: 'Run a command and wait for it',
    doors: userDoors,
    scope: 'matrx/sandbox.exec',
    function: 'commands',
    needs: channelNeeds,
    params: z.strictObject({ sandbox_id: SandboxId }),
    headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }),
    body: ExecCommand,
    answers: { 200: CommandResult },
    events: ExecEvent,
    errors: [...reachErrors, 'session_busy', 'idempotency_conflict'],
    repeatable: 'with_idempotency_key',
  },
} as const satisfies RouteTable;
