import { constants } from 'node:os';
import type { CommandResult } from '../commands/command-result.ts';

/** Exit code of `exec` where the command has none: the service failed, or the outcome is unknown. */
export const noOutcome = 125;

/** Exit code when the terminal was closed. */
export const hangUp = 129;

const signalNumber = (name: string | null): number =>
  name !== null && name in constants.signals ? constants.signals[name as NodeJS.Signals] : 0;

/** A command's end as a shell would show it. */
export function exitCodeOf({
  outcome,
  exitCode,
  signal,
}: Pick<CommandResult, 'outcome' | 'exitCode' | 'signal'>): number {
  if (outcome === 'exited') return exitCode ?? noOutcome;
  if (outcome === 'signaled') return 128 + signalNumber(signal);
  if (outcome === 'timed_out') return 124;
  if (outcome === 'out_of_memory') return 137;
  return noOutcome;
}
