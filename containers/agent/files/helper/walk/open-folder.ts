import { Buffer } from 'node:buffer';
import { closeSync, constants, openSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { limits } from '../../../../../contract/api/limits.ts';
import { FileFault } from '../file-fault.ts';
import { below } from '../paths.ts';

const folder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;

/** An open folder: what is reached through it stays the same, whatever becomes of its path. */
export interface Folder extends Disposable {
  readonly fd: number;
  /** A way to a name in it. */
  at(name: Buffer): Buffer;
  /** All its names, in the order of their bytes. Rejects with `too_many_entries` beyond `limits.files.folderEntries`. */
  names(): Promise<Buffer[]>;
}

/** Opens a folder: the one a path leads to, or with `entry` the one it names, a link being none. Throws the kernel's refusal. */
export function openFolder(path: Buffer, { entry = false } = {}): Folder {
  const fd = openSync(path, entry ? folder | constants.O_NOFOLLOW : folder);
  const here = Buffer.from(`/proc/self/fd/${fd}`);
  return {
    fd,
    at: (name) => below(here, name),
    names: () => namesIn(here),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

async function namesIn(path: Buffer): Promise<Buffer[]> {
  const names: Buffer[] = [];
  // The types of @types/node know no names that are bytes here.
  const entries = await opendir(path.toString(), { encoding: 'buffer' as never, bufferSize: 256 });
  for await (const { name } of entries) {
    names.push(name as unknown as Buffer);
    if (names.length > limits.files.folderEntries) throw new FileFault('too_many_entries');
  }
  return names.sort(Buffer.compare);
}
