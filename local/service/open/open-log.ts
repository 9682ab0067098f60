import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface Log extends Disposable {
  write(text: string | Uint8Array): void;
}

const maxBytes = 8 * 1024 * 1024;

/** Appends to `<folder>/<name>.log`. At 8 MB the file becomes `<name>.1.log`, in the place of the one before it. */
export function openLog(folder: string, name: string): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  let descriptor = openSync(path, 'a', 0o600);
  let size = fstatSync(descriptor).size;
  let closed = false;
  return {
    write(text) {
      if (closed) return;
      const bytes = typeof text === 'string' ? Buffer.from(text) : text;
      if (size > 0 && size + bytes.length > maxBytes) {
        closeSync(descriptor);
        renameSync(path, join(folder, `${name}.1.log`));
        descriptor = openSync(path, 'a', 0o600);
        size = 0;
      }
      size += writeSync(descriptor, bytes);
    },
    [Symbol.dispose]() {
      if (!closed) closeSync(descriptor);
      closed = true;
    },
  };
}
