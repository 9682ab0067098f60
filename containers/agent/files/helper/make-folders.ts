import { mkdir, stat } from 'node:fs/promises';
import { errnoOf } from './failure-of.ts';
import { FileFault } from './file-fault.ts';
import { folderOf } from './paths.ts';

/** Makes a folder and those above it; says whether it is new. Rejects with `wrong_file_type` where something else is. */
export async function makeFolders(path: Buffer): Promise<boolean> {
  const errno = await tryMake(path);
  if (errno === undefined) return true;
  if (errno === 'EEXIST') {
    if (!(await isFolder(path))) throw new FileFault('wrong_file_type');
    return false;
  }
  const above = folderOf(path);
  if (above.length >= path.length) throw new FileFault('file_not_found');
  await makeFolders(above);
  return (await tryMake(path)) === undefined || (await isFolder(path));
}

/** The kernel's refusal, where it is one that a folder above may be the reason for. */
async function tryMake(path: Buffer): Promise<string | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST' || errno === 'ENOENT') return errno;
    // A folder that is there and can't be written to is no obstacle.
    if ((errno === 'EACCES' || errno === 'EROFS') && (await isFolder(path))) return 'EEXIST';
    throw error;
  }
}

async function isFolder(path: Buffer): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
