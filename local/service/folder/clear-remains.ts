import { glob, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes from the data folder what a killed run left and no part of the next one looks for: the announcement of its
 * end that never came, sockets that lead nowhere, files that were half written. The folder must be locked.
 */
export async function clearRemains(folder: string): Promise<void> {
  const remains = glob(['local.json', 'links/*', '{*,tokens/*,ecs/*/*,build/**/*}.new'], { cwd: folder });
  for await (const name of remains) await rm(join(folder, name), { recursive: true, force: true });
}
