import { startCompute, type TestCompute } from '../machines/compute.ts';
import { SessionClient } from './session-client.ts';

/** A command that says "ready" on a raw terminal and repeats what it is given. */
export const rawCat = `sh -c 'stty raw -echo; printf ready; exec cat'`;

/** A task that does nothing, for sessions in it. */
export async function startTask(options: TestCompute = {}) {
  const compute = await startCompute(options);
  await compute.register('exec sleep 600');
  const task = await compute.run();
  const id = task.slice(task.lastIndexOf('/') + 1);
  const open = async (command: string) => new SessionClient(await compute.execute(task, command)).opened();
  return { ...compute, task, id, open };
}
