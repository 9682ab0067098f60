import type { FileEntry, FilePath } from '../../../../../contract/api/files/file-entry.ts';
import { entryAt } from '../entry-of.ts';
import type { Paths } from '../paths.ts';

/** What is at a path, links as they are. */
export const statFile = async (input: FilePath, paths: Paths): Promise<FileEntry> => entryAt(paths.resolve(input));
