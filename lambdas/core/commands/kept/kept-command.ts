import type { CommandInfo } from '../../../../contract/api/commands/command-info.ts';
import { CommandOutcome } from '../../../../contract/api/commands/command-result.ts';
import type { KeptCommand } from '../ports.ts';

/** A command whose machine has ended without a word about it. */
export const lostCommand = <C extends KeptCommand>(started: C): C => ({
  ...started,
  outcome: 'lost',
  exit_code: null,
  signal: null,
});

/** A command that only the table knows, as its callers see it. */
export const keptCommand = (ended: KeptCommand): CommandInfo => ({
  ...CommandOutcome.parse(ended),
  command: null,
  tty: ended.tty ?? false,
  session: ended.session ?? null,
  user: ended.user ?? 'agent',
  // The beginning of a stream outlives its sandbox.
  stdout_first_available: 0,
  stderr_first_available: 0,
});
