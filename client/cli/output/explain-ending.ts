import { describeEnding } from '../../commands/command-error.ts';
import type { CommandResult } from '../../commands/command-result.ts';
import type { Terminal } from '../interact/terminal.ts';

/** Says on stderr how a command ended, where an exit code alone would not. */
export async function explainEnding(result: CommandResult<unknown>, terminal: Terminal): Promise<void> {
  if (result.outcome !== 'exited' && result.outcome !== 'signaled') {
    await terminal.say(`matrx: the command ${describeEnding(result)} after ${result.durationMs} ms`);
  }
}
