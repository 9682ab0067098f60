import type { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { letGo } from './let-go.ts';

// So much is written by one call, while as much again comes in.
const togetherBytes = 512 * 1024;

/** Writes what the source gives, from the file's beginning, and lets go of it; answers how much that was. Rejects as the source does. */
export async function writePieces(file: FileHandle, source: AsyncIterable<Buffer>): Promise<number> {
  let [size, held]: [number, Buffer[]] = [0, []];
  let [gathered, writing]: [number, Promise<void>] = [0, Promise.resolve()];
  const writeHeld = async () => {
    const [pieces, from] = [held, size - gathered];
    [held, gathered] = [[], 0];
    await writing;
    writing = writeAll(file, pieces, from);
    // Whoever waits for it next hears of it.
    writing.catch(() => undefined);
  };
  try {
    for await (const piece of source) {
      held.push(piece);
      size += piece.length;
      gathered += piece.length;
      if (gathered >= togetherBytes) await writeHeld();
    }
    await writeHeld();
  } finally {
    // Nobody closes the file before.
    await writing;
  }
  return size;
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[], from: number): Promise<void> {
  let [left, position] = [pieces, from];
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, position);
    position += bytesWritten;
    left = after(left, bytesWritten);
  }
  for (const piece of pieces) letGo(piece);
}

/** What is left of pieces once so much of them is written. */
function after(pieces: readonly Buffer[], written: number): readonly Buffer[] {
  let rest = written;
  for (const [index, piece] of pieces.entries()) {
    if (rest < piece.length) return [piece.subarray(rest), ...pieces.slice(index + 1)];
    rest -= piece.length;
  }
  return [];
}
