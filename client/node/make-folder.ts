import { Buffer } from 'node:buffer';
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const isFolder = (path: Buffer): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

// One byte a character: a path needs not be UTF-8.
const above = (path: Buffer): Buffer => Buffer.from(dirname(path.toString('latin1')), 'latin1');

/**
 * Makes a folder and those above it, where they are missing. Throws the system's error. Node's own recursive mkdir never ends where the
 * kernel says of a folder that is there that nothing is, as /proc does of what can't be made in it.
 */
export function makeFolder(path: Buffer, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isFolder(path)) return;
    const folder = above(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isFolder(folder) || folder.equals(path)) throw error;
    makeFolder(folder, mode);
    mkdirSync(path, { mode });
  }
}
