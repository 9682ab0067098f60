import { lstat, rmdir, unlink } from 'node:fs/promises';
import type { RemoveFile } from '../../../../../contract/agent/files.ts';
import type { Call } from '../call.ts';
import { errnoOf } from '../failure-of.ts';
import { FileFault } from '../file-fault.ts';
import type { Paths } from '../paths.ts';
import { openFolder } from '../walk/open-folder.ts';

// Each level holds an open folder.
const maxDepth = 512;

/** Removes an entry, a link and never what it leads to; answers how many went. */
export async function removeFile(
  { recursive, ...path }: RemoveFile,
  paths: Paths,
  call: Call,
): Promise<{ removed: number }> {
  const target = paths.resolve(path);
  if (!(await lstat(target)).isDirectory()) await unlink(target);
  else if (recursive) return { removed: await removeFolder(target, call, 0) };
  else await rmdir(target);
  return { removed: 1 };
}

async function removeFolder(at: Buffer, call: Call, depth: number): Promise<number> {
  if (depth > maxDepth) throw new FileFault('path_invalid');
  let removed = 0;
  {
    using folder = openFolder(at, { entry: true });
    for (const name of await folder.names()) {
      call.beat();
      removed += await removeEntry(folder.at(name), call, depth);
    }
  }
  await rmdir(at);
  return removed + 1;
}

async function removeEntry(at: Buffer, call: Call, depth: number): Promise<number> {
  try {
    await unlink(at);
    return 1;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return 0;
    if (errno !== 'EISDIR') throw error;
  }
  return removeFolder(at, call, depth + 1);
}
