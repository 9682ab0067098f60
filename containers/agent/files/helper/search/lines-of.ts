import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

const blockBytes = 256 * 1024;
const maxLineBytes = 64 * 1024;
const newline = 0x0a;

/** The lines of a text file, counted from 1, without their ends; of a very long one its beginning. A file with a NUL in its first block has none. */
export async function* linesOf(file: FileHandle): AsyncGenerator<{ readonly number: number; readonly line: Buffer }> {
  let rest = Buffer.alloc(0);
  let number = 1;
  for (let offset = 0; ; ) {
    const block = Buffer.allocUnsafe(blockBytes);
    const { bytesRead } = await file.read(block, 0, blockBytes, offset);
    if (bytesRead === 0) break;
    const read = block.subarray(0, bytesRead);
    if (offset === 0 && read.includes(0)) return;
    offset += bytesRead;
    let from = 0;
    for (let end = read.indexOf(newline); end >= 0; end = read.indexOf(newline, from)) {
      yield { number: number++, line: join(rest, read.subarray(from, end)) };
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = join(rest, read.subarray(from));
  }
  if (rest.length > 0) yield { number, line: rest };
}

const join = (start: Buffer, end: Buffer): Buffer<ArrayBuffer> =>
  Buffer.concat([start, end.subarray(0, Math.max(0, maxLineBytes - start.length))]);
