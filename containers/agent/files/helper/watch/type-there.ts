import { lstat } from 'node:fs/promises';
import type { FileType } from '../../../../../contract/api/files/file-entry.ts';
import { typeOf } from '../entry-of.ts';

/** What is at a path; undefined when nothing is, or nothing that can be reached. */
export async function typeThere(path: Buffer): Promise<FileType | undefined> {
  try {
    return typeOf(await lstat(path));
  } catch {
    return undefined;
  }
}
