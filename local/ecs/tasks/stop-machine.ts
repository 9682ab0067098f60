import type { Clock } from '../../../contract/clock.ts';
import type { Machine } from '../../engines/engine.ts';

/** Asks the first process to end, and kills it after `timeoutMs`. Resolves when the machine is gone. */
export async function stopMachine(machine: Machine, timeoutMs: number, clock: Clock): Promise<void> {
  machine.signal('SIGTERM');
  using _kill = clock.after(timeoutMs, () => machine.signal('SIGKILL'));
  await machine.exited;
}
