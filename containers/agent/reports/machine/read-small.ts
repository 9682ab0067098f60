import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(16 * 1024);

/** The beginning of a file of the kernel's, at most 16 kB; undefined where it can't be read, as when its process has ended. */
export function readSmall(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** A file that is one number. */
export function readNumber(path: string): number | undefined {
  const text = readSmall(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
