import type { CommandInfo } from '../../../contract/api/command-info.ts';
import { CommandOutcome } from '../../../contract/api/command-result.ts';
import type { EndedCommand } from '../ports.ts';

/** A command that only the table knows, as its callers see it. */
export const endedCommand = (ended: EndedCommand): CommandInfo => ({
  ...CommandOutcome.parse(ended),
  command: null,
  tty: ended.tty ?? false,
  session: ended.session ?? null,
  user: ended.user ?? 'agent',
  // The beginning of a stream outlives its sandbox.
  stdout_first_available: 0,
  stderr_first_available: 0,
});
