import { chmod, mkdir } from 'node:fs/promises';
import type { MakeFolder } from '../../../../../contract/agent/files.ts';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import { entryAt, modeBits } from '../entry-of.ts';
import { makeFolders } from '../make-folders.ts';
import type { Paths } from '../paths.ts';

/** Makes a folder, with `parents` those above it too; one that is there already keeps its mode. */
export async function makeFolder({ parents, mode, ...path }: MakeFolder, paths: Paths): Promise<FileEntry> {
  const folder = paths.resolve(path);
  if (!parents) await mkdir(folder);
  const isNew = !parents || makeFolders(folder);
  if (isNew && mode !== undefined) await chmod(folder, modeBits(mode));
  return entryAt(folder);
}
