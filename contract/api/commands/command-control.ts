import * as z from 'zod';
import { userDoors } from '../doors.ts';
import { CommandId, IdempotencyKey, SandboxId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { channelNeeds } from '../needs.ts';
import { queryFlag } from '../query-flag.ts';
import { queryInteger } from '../query-integer.ts';
import { type RouteTable, reachErrors } from '../route.ts';
import { CommandInfo, CommandOutput } from './command-info.ts';
import { commandSource, TerminalSize } from './command-input.ts';
import { ExecCommand, ExecEvent } from './commands.ts';

export const signals = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTERM',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
] as const;

const offset = queryInteger(0, Number.MAX_SAFE_INTEGER);

const { wait_seconds: _wait, max_output_bytes: _max, timeout_seconds, ...background } = ExecCommand.shape;

/** As exec, but nobody waits and there is no time-out unless one is given. */
const StartBackground = z
  .strictObject({ ...background, timeout_seconds: timeout_seconds.unwrap().optional() })
  .refine(...commandSource)
  .meta({ id: 'StartCommand' });

export const ListCommands = z.strictObject({
  state: z.enum(['running', 'ended', 'all']).default('all'),
  limit: queryInteger(limits.pageSize.min, limits.pageSize.max).default(limits.pageSize.default),
  cursor: z.string().max(2_048).optional(),
});

const ReadOutput = z.strictObject({
  stream: z.enum(['stdout', 'stderr']).optional().describe('both when followed as a stream; stdout otherwise'),
  offset: offset.default(0).describe('of the stream that is named, or of stdout'),
  stderr_offset: offset.default(0).describe('where both streams are followed'),
  limit: queryInteger(limits.outputPageBytes.min, limits.outputPageBytes.max).default(limits.outputPageBytes.default),
  follow: queryFlag
    .default(false)
    .describe('waits for more: as events until it ends, or as one body until there is some'),
});

export const WriteStdin = z
  .strictObject({
    data: z
      .base64('expected base64')
      .max(Math.ceil(limits.stdinPageBytes / 3) * 4)
      .default(''),
    offset: z
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('of the first byte: what has been written before is not written again; without it, at the end'),
    eof: z.boolean().default(false).describe('nothing will follow'),
  })
  .meta({ id: 'WriteStdin' });

export const StdinState = z
  .object({ offset: z.number().int().describe('bytes taken so far'), eof: z.boolean() })
  .meta({ id: 'StdinState' });

export const SendSignal = z
  .strictObject({
    signal: z.enum(signals).default('SIGTERM'),
    escalate_after_ms: z
      .number()
      .int()
      .min(0)
      .max(600_000)
      .optional()
      .describe('then SIGKILL to all that is left of it'),
  })
  .meta({ id: 'SendSignal' });

const row = { doors: userDoors, scope: 'matrx/sandbox.exec', function: 'commands', needs: channelNeeds } as const;
const inSandbox = z.strictObject({ sandbox_id: SandboxId });
const ofCommand = z.strictObject({ sandbox_id: SandboxId, command_id: CommandId });

export const commandControlRoutes = {
  startCommand: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/commands',
    summary: 'Start a command in the background',
    ...row,
    params: inSandbox,
    headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }),
    body: StartBackground,
    answers: { 201: CommandInfo },
    errors: [...reachErrors, 'session_busy', 'idempotency_conflict'],
    repeatable: 'with_idempotency_key',
  },
  listCommands: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/commands',
    summary: 'List the commands of a sandbox, newest first; also after it has ended',
    ...row,
    params: inSandbox,
    query: ListCommands,
    answers: { 200: z.object({ commands: z.array(CommandInfo), next_cursor: z.string().nullable() }) },
    errors: reachErrors,
    repeatable: 'always',
  },
  getCommand: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/commands/{command_id}',
    summary: 'How a command stands or has ended; also after the sandbox has',
    ...row,
    params: ofCommand,
    answers: { 200: CommandInfo },
    errors: reachErrors,
    repeatable: 'always',
  },
  readOutput: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/commands/{command_id}/output',
    summary: 'Read the output of a command from any offset, or follow it',
    ...row,
    needs: [...channelNeeds, 'outputs:read'],
    params: ofCommand,
    query: ReadOutput,
    answers: { 200: CommandOutput },
    events: ExecEvent,
    errors: reachErrors,
    repeatable: 'always',
  },
  writeStdin: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/commands/{command_id}/stdin',
    summary: 'Write to the standard input of a command',
    ...row,
    params: ofCommand,
    body: WriteStdin,
    answers: { 200: StdinState },
    errors: [...reachErrors, 'conflict', 'rate_limited'],
    repeatable: 'never',
  },
  signalCommand: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/commands/{command_id}/signal',
    summary: 'Send a signal to a command and all it has started',
    ...row,
    params: ofCommand,
    body: SendSignal,
    answers: { 200: CommandInfo },
    errors: reachErrors,
    repeatable: 'never',
  },
  resizeCommand: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/commands/{command_id}/resize',
    summary: 'Set the size of the terminal of a command',
    ...row,
    params: ofCommand,
    body: TerminalSize,
    answers: { 200: TerminalSize },
    errors: [...reachErrors, 'conflict'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
