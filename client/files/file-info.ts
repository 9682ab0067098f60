import type { FileWritten } from '../../contract/agent/files.ts';
import type { FileEntry, FileType } from '../../contract/api/files/file-entry.ts';
import { type FilePath, toPath } from './file-path.ts';

/** What is at a path; of a link, the link itself. */
export interface FileInfo {
  /** From the root. */
  readonly path: FilePath;
  readonly name: FilePath;
  readonly type: FileType;
  readonly size: number;
  /** In octal, as `644`. */
  readonly mode: string;
  /** User id; 1000 is who commands run as. */
  readonly owner: number;
  readonly group: number;
  readonly modifiedAt: Date;
  readonly symlinkTarget: FilePath | null;
}

/** A file that is in its place, whole. */
export interface WrittenFile extends FileInfo {
  /** Of the bytes that arrived, in hexadecimal. */
  readonly sha256: string;
  /** Whether there was none before. */
  readonly created: boolean;
}

/** An entry of the API in the library's names. */
export function toFileInfo(entry: FileEntry): FileInfo {
  const { symlink_target, symlink_target_base64 } = entry;
  const isLink = symlink_target !== undefined || symlink_target_base64 !== undefined;
  return {
    path: toPath(entry.path, entry.path_base64),
    name: toPath(entry.name, entry.name_base64),
    type: entry.type,
    size: entry.size,
    mode: entry.mode,
    owner: entry.owner,
    group: entry.group,
    modifiedAt: new Date(entry.modified_at),
    symlinkTarget: isLink ? toPath(symlink_target, symlink_target_base64) : null,
  };
}

/** A written file of the API in the library's names. */
export const toWrittenFile = ({ entry, sha256, created }: FileWritten): WrittenFile => ({
  ...toFileInfo(entry),
  sha256,
  created,
});
