import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { coldLimits } from '../cold-limits.ts';
import { hashFile } from './cold-cache.ts';
import { askDoor, ColdError, type Door } from './door-call.ts';

/** Puts a file, whole or not at all: storage refuses other bytes than those it was told of. Rejects with ColdError. */
export async function putFile(
  door: Door,
  { path, name, overwrite }: { readonly path: string; readonly name: string; readonly overwrite: boolean },
): Promise<unknown> {
  const found = await stat(path);
  if (!found.isFile()) throw new ColdError('wrong_file_type', `${path} is no file`);
  if (found.size > coldLimits.objectBytes)
    throw new ColdError('too_large', `a cold file has at most ${coldLimits.objectBytes} bytes, not ${found.size}`);
  const sha256 = await hashFile(path, door.signal);
  const headers = {
    'content-length': String(found.size),
    'x-matrx-sha256': sha256,
    ...(overwrite ? {} : { 'if-none-match': '*' }),
  };
  // A file that grows meanwhile is cut where it was, and refused for its sum.
  const body = () => createReadStream(path, { end: Math.max(0, found.size - 1) });
  return askDoor(door, {
    method: 'PUT',
    path: '/file',
    query: { name },
    headers,
    ...(found.size > 0 && { body }),
  });
}
