import { link, lstat, rename, unlink } from 'node:fs/promises';
import type { MoveFile } from '../../../../../contract/agent/files.ts';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import { entryAt } from '../entry-of.ts';
import { errnoOf } from '../failure-of.ts';
import { FileFault } from '../file-fault.ts';
import type { Paths } from '../paths.ts';

/** Moves an entry, links as they are. */
export async function moveFile({ from, to, overwrite }: MoveFile, paths: Paths): Promise<FileEntry> {
  const [source, target] = [paths.resolve(from), paths.resolve(to)];
  if (overwrite || !(await linkOver(source, target))) await rename(source, target);
  return entryAt(target);
}

/** Moves by a second name, which the kernel gives to nothing that is there. False where that can't be: then it is free to rename. */
async function linkOver(source: Buffer, target: Buffer): Promise<boolean> {
  if (!(await lstat(source)).isDirectory()) {
    try {
      await link(source, target);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
      return free(target);
    }
    await unlink(source).catch(async (cause) => {
      await unlink(target);
      throw cause;
    });
    return true;
  }
  return free(target);
}

async function free(target: Buffer): Promise<false> {
  const there = await lstat(target).catch((error) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
  if (there) throw new FileFault('file_exists');
  return false;
}
