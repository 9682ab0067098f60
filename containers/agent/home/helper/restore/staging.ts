import { Buffer } from 'node:buffer';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { below } from '../../../files/helper/paths.ts';

/** Where a home is put together, within the home: only there may its user make folders, on every kind of file system. */
export const stagingOf = (home: Buffer): Buffer => below(home, Buffer.from('.matrx-home.restoring'));

/** Removes whatever is at a path, also from folders that forbid it to their owner. */
export function removeAll(path: Buffer): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    unlock(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function unlock(folder: Buffer): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) unlock(below(folder, entry.name as unknown as Buffer));
  }
}
