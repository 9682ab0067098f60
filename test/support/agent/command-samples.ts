import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { CommandInfo } from '../../../contract/api/commands/command-info.ts';
import type { CommandOutcome } from '../../../contract/api/commands/command-result.ts';

/** An id of a command: `n` is its last digits. */
export const commandId = (n = 0): string => `cmd_${String(n).padStart(26, '0')}`;

/** A command that exited well at once. */
export const outcomeOf = (fields: Partial<CommandOutcome> = {}): CommandOutcome => ({
  command_id: commandId(),
  outcome: 'exited',
  exit_code: 0,
  signal: null,
  stdout_bytes: 0,
  stderr_bytes: 0,
  cwd: '/home/agent',
  started_at: '2027-01-15T08:00:00.000Z',
  duration_ms: 5,
  ...fields,
});

export const running = { outcome: 'running', exit_code: null } as const;

export const infoOf = (fields: Partial<CommandInfo> = {}): CommandInfo => ({
  ...outcomeOf(),
  command: 'true',
  tty: false,
  session: null,
  user: 'agent',
  stdout_first_available: 0,
  stderr_first_available: 0,
  ...fields,
});

/** A report with this standard output: all of it, or its head and tail. */
export const reportOf = (
  fields: Partial<CommandOutcome> = {},
  { head, tail = '' }: { head: string; tail?: string } = { head: '' },
): OutcomeReport => ({
  ...outcomeOf({ stdout_bytes: head.length + tail.length, ...fields }),
  stdout: { head: Buffer.from(head).toString('base64'), tail: Buffer.from(tail).toString('base64') },
  stderr: { head: '', tail: '' },
});

export const finishedWith = (fields: Partial<CommandOutcome> = {}): CommandEvent => ({
  kind: 'finished',
  outcome: outcomeOf(fields),
});

export const printed = (
  offset: number,
  data: string | Uint8Array,
  kind: 'stdout' | 'stderr' = 'stdout',
): CommandEvent => ({ kind, offset, data: Buffer.from(data) });
