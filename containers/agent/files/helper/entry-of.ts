import type { Buffer } from 'node:buffer';
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import type { FileEntry, FileType } from '../../../../contract/api/files/file-entry.ts';
import { nameOf, pathOut } from './paths.ts';

/** Permissions in octal. */
export const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(3, '0');

// A file may be of any time at all; ISO 8601 has four digits for the year.
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59);

/** When it was last written to. */
export const timeOf = ({ mtimeMs }: Stats): string => new Date(Math.min(Math.max(0, mtimeMs), lastMs)).toISOString();

/** The number of an octal mode. */
export const modeBits = (mode: string): number => Number.parseInt(mode, 8);

/** What kind of thing it is. */
export function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

function nameOut(name: Buffer) {
  const { path, path_base64 } = pathOut(name);
  return path === undefined ? { name_base64: path_base64 } : { name: path };
}

function targetOut(at: Buffer) {
  const { path, path_base64 } = pathOut(readlinkSync(at, { encoding: 'buffer' }));
  return path === undefined ? { symlink_target_base64: path_base64 } : { symlink_target: path };
}

/** What is at a path, as it is shown: under `shown`, which may be another way to it. Throws the kernel's refusal. */
export function entryAt(at: Buffer, shown: Buffer = at): FileEntry {
  const stats = lstatSync(at);
  return {
    ...pathOut(shown),
    ...nameOut(nameOf(shown)),
    type: typeOf(stats),
    size: Math.min(stats.size, Number.MAX_SAFE_INTEGER),
    mode: modeOf(stats),
    owner: stats.uid,
    group: stats.gid,
    modified_at: timeOf(stats),
    ...(stats.isSymbolicLink() && targetOut(at)),
  };
}
