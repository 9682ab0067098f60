import { Buffer, isUtf8 } from 'node:buffer';
import { FileFault } from '../../files/helper/file-fault.ts';
import { bytesOfText, pathOf } from './byte-text.ts';

interface GivenPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

/** The home itself, as an entry. */
export const homeItself = '.';

// A name that is none, `.` or `..`, and what no path can hold.
const leadsElsewhere = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

/** The way to an entry below a folder. Throws `path_invalid` for a path that could lead out of it. */
export function entryPath(folder: Buffer, { path, path_base64 }: GivenPath): string | Buffer {
  const bytes =
    path_base64 === undefined ? bytesOfText(path ?? '') : Buffer.from(path_base64, 'base64').toString('latin1');
  if (leadsElsewhere.test(bytes)) throw new FileFault('path_invalid');
  return pathOf(`${folder.toString('latin1')}/${bytes}`);
}

/** A link's target as text, or as base64 where it is none. */
export const targetOut = (target: Buffer) =>
  isUtf8(target) ? { target: target.toString() } : { target_base64: target.toString('base64') };
