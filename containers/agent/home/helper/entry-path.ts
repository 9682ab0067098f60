import { Buffer, isUtf8 } from 'node:buffer';
import { FileFault } from '../../files/helper/file-fault.ts';
import { below } from '../../files/helper/paths.ts';

interface GivenPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

/** The home itself, as an entry. */
export const homeItself = '.';

/** A path's bytes, however it came. */
const bytesOf = ({ path, path_base64 }: GivenPath): Buffer =>
  path_base64 === undefined ? Buffer.from(path ?? '') : Buffer.from(path_base64, 'base64');

/** The way to an entry below a folder. Throws `path_invalid` for a path that could lead out of it. */
export function entryPath(folder: Buffer, given: GivenPath): Buffer {
  const path = bytesOf(given);
  const names = path.toString('latin1').split('/');
  if (path.includes(0) || names.some((name) => name === '' || name === '.' || name === '..'))
    throw new FileFault('path_invalid');
  return below(folder, path);
}

/** A link's target as text, or as base64 where it is none. */
export const targetOut = (target: Buffer) =>
  isUtf8(target) ? { target: target.toString() } : { target_base64: target.toString('base64') };
