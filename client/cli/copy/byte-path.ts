import { Buffer, isUtf8 } from 'node:buffer';
import type { FilePath } from '../../files/file-path.ts';

/** A path of any bytes, as the library takes it. */
export const toFilePath = (path: Buffer): FilePath => (isUtf8(path) ? path.toString() : new Uint8Array(path));

/** The bytes of a path as the library gives it; text as UTF-8. */
export const toBytes = (path: FilePath): Buffer => Buffer.from(path as string);

/** A path below another one. */
export const below = (folder: Buffer, name: Buffer): Buffer =>
  name.length === 0 ? folder : Buffer.concat([folder, Buffer.from(folder.at(-1) === 0x2f ? '' : '/'), name]);

/** The folder that a path is in. */
export function folderOf(path: Buffer): Buffer {
  const slash = path.lastIndexOf(0x2f);
  return slash < 0 ? Buffer.from('.') : path.subarray(0, slash + 1);
}

/** The last name of a path; none of `/` and of paths that end in dots. */
export function lastName(path: Buffer): Buffer {
  const name =
    path
      .toString('latin1')
      .split('/')
      .findLast((part) => part !== '') ?? '';
  return Buffer.from(name === '.' || name === '..' ? '' : name, 'latin1');
}
