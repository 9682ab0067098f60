import { mkdirSync, statSync } from 'node:fs';
import { errnoOf } from './failure-of.ts';
import { FileFault } from './file-fault.ts';
import { folderOf } from './paths.ts';

/** Makes a folder and those above it; says whether it is new. Throws `wrong_file_type` where something else is. */
export function makeFolders(path: Buffer): boolean {
  const errno = tryMake(path);
  if (errno === undefined) return true;
  if (errno === 'EEXIST') {
    if (!isFolder(path)) throw new FileFault('wrong_file_type');
    return false;
  }
  const above = folderOf(path);
  if (above.length >= path.length) throw new FileFault('file_not_found');
  makeFolders(above);
  return tryMake(path) === undefined || isFolder(path);
}

/** The kernel's refusal, where it is one that a folder above may be the reason for. */
function tryMake(path: Buffer): string | undefined {
  try {
    mkdirSync(path);
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST' || errno === 'ENOENT') return errno;
    // A folder that is there and can't be written to is no obstacle.
    if ((errno === 'EACCES' || errno === 'EROFS') && isFolder(path)) return 'EEXIST';
    throw error;
  }
}

function isFolder(path: Buffer): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
