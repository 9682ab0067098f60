import { existsSync } from 'node:fs';
import { readdir, realpath, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Engine } from '../../engines/engine.ts';
import { lockFolder } from './lock-folder.ts';

/** All that the service keeps in its data folder. Whatever else is there is somebody's own. */
const parts = ['build', 'dynamodb', 'ecs', 'image', 'links', 'local.json', 'logs', 'machines', 's3', 'tokens'];

export interface Reset {
  /** The data folder, which may not be there. */
  readonly dataDir: string;
  /** Those whose machines may have been left, for the folder at this path. */
  readonly createEngines: (dataDir: string) => readonly Engine[];
  /** Hears which parts of which folder would go; nothing does when it answers `false`. */
  readonly confirm: (folder: string, present: readonly string[]) => Promise<boolean>;
}

/**
 * Removes a data folder's state and what a killed run left on this host. Throws ServiceError while a service runs on
 * it. `absent`: there was nothing to remove.
 */
export async function resetFolder(reset: Reset): Promise<'removed' | 'declined' | 'absent'> {
  const given = resolve(reset.dataDir);
  if (!existsSync(given)) return 'absent';
  const folder = await realpath(given);
  await using _lock = await lockFolder(folder);
  const present = parts.filter((name) => existsSync(join(folder, name)));
  if (present.length === 0) return 'absent';
  if (!(await reset.confirm(folder, present))) return 'declined';
  for (const engine of reset.createEngines(folder)) {
    if ((await engine.probe()).ok) await engine.sweep();
  }
  for (const name of present) await rm(join(folder, name), { recursive: true });
  if ((await readdir(folder)).length === 0) await rmdir(folder);
  return 'removed';
}
