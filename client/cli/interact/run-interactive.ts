import type { CommandHandle } from '../../commands/command-handle.ts';
import type { ReadUpTo } from '../../commands/transport/command-transport.ts';
import { exitCodeOf, hangUp } from '../exit-code.ts';
import { explainEnding } from '../output/explain-ending.ts';
import { interact } from './interact.ts';
import { Interruption, type Terminal } from './terminal.ts';

interface Joined {
  readonly from?: ReadUpTo;
  readonly tty: boolean;
}

/** Stays with a command until it ends and gives its exit code; 0 when the person leaves. Says how to come back to one that goes on. */
export async function runInteractive(
  handle: CommandHandle,
  terminal: Terminal,
  { from = { stdout: 0, stderr: 0 }, tty }: Joined,
): Promise<number> {
  const { sandboxId, commandId } = handle;
  const goesOn = () => terminal.say(`matrx: it goes on; matrx attach ${sandboxId} ${commandId} comes back to it`);
  try {
    const result = await interact(handle, terminal, { from, tty });
    if (result === undefined) {
      await goesOn();
      return 0;
    }
    await explainEnding(result, terminal);
    return exitCodeOf(result);
  } catch (error) {
    // A terminal that was closed has nobody to come back.
    if (!(error instanceof Interruption && error.exitCode === hangUp)) await goesOn();
    throw error;
  }
}
