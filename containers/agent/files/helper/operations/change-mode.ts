import { chmod } from 'node:fs/promises';
import type { ChangeMode } from '../../../../../contract/agent/files.ts';
import type { FileEntry } from '../../../../../contract/api/files/file-entry.ts';
import { entryAt, modeBits } from '../entry-of.ts';
import type { Paths } from '../paths.ts';

/** As `chmod` does: of a link, what it leads to. */
export async function changeMode({ mode, ...path }: ChangeMode, paths: Paths): Promise<FileEntry> {
  const target = paths.resolve(path);
  await chmod(target, modeBits(mode));
  return entryAt(target);
}
