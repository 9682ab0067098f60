// Paths are bytes.

import { Buffer, isUtf8 } from 'node:buffer';
import type { FilePath } from '../../../../contract/api/files/file-entry.ts';
import { FileFault } from './file-fault.ts';

const slash = Buffer.from('/');
const here = Buffer.from('.');

/** A path's bytes as they go out: as text, or as base64 where they are none. */
export const pathOut = (path: Buffer): FilePath =>
  isUtf8(path) ? { path: path.toString() } : { path_base64: path.toString('base64') };

/** A name below a folder. */
export const below = (folder: Buffer, name: Buffer): Buffer =>
  folder.length === 0 ? name : Buffer.concat([folder, folder.at(-1) === slash[0] ? Buffer.alloc(0) : slash, name]);

/** The last name of a path, which may end in slashes. */
export function nameOf(path: Buffer): Buffer {
  const end = path.findLastIndex((byte) => byte !== slash[0]) + 1;
  return path.subarray(path.subarray(0, end).lastIndexOf(slash) + 1, end);
}

/** The folder above; of a single name that is the working directory, which no path of ours starts from. */
export function folderOf(path: Buffer): Buffer {
  const end = path.findLastIndex((byte) => byte !== slash[0]) + 1;
  const cut = path.subarray(0, end).lastIndexOf(slash);
  return cut <= 0 ? slash : path.subarray(0, cut);
}

/** Without the `./` that it may begin with. */
const plain = (path: Buffer): Buffer =>
  path[0] === here[0] && path[1] === slash[0] && path.length > 2 ? plain(path.subarray(2)) : path;

export interface Paths {
  /** The absolute path that an input means. `..` is left to the kernel, which knows where links lead. */
  resolve(input: FilePath): Buffer;
}

/** Paths of a sandbox whose home is this folder. */
export function homePaths(home: string): Paths {
  const folder = Buffer.from(home);
  return {
    resolve({ path, path_base64 }) {
      const given = path_base64 === undefined ? Buffer.from(path ?? '') : Buffer.from(path_base64, 'base64');
      if (given.equals(here)) return folder;
      if (given.length === 0 || given.includes(0)) throw new FileFault('path_invalid');
      return given[0] === slash[0] ? given : below(folder, plain(given));
    },
  };
}
