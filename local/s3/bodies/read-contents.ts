import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { Blobs } from '../store/blobs.ts';
import type { PinnedObject } from '../store/object-store.ts';
import type { Blob } from '../store/records.ts';

const pieceBytes = 256 * 1024;

/** Bytes `start` to `end`, that one included, of an object as it was when it was pinned. It is released at the stream's end. */
export function readContents(blobs: Blobs, { record, release }: PinnedObject, start: number, end: number): Readable {
  const body = Readable.from(pieces(blobs, record.blobs, start, end), { objectMode: false, highWaterMark: pieceBytes });
  body.once('close', () => void release().catch(() => undefined));
  return body;
}

async function* pieces(blobs: Blobs, all: readonly Blob[], start: number, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  for (const blob of all) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, blob.size - 1);
    if (from <= to) yield* piecesOf(blobs, blob, from, to);
    offset += blob.size;
  }
}

async function* piecesOf(blobs: Blobs, blob: Blob, from: number, to: number): AsyncGenerator<Buffer> {
  await using file = await blobs.open(blob);
  for (let position = from; position <= to; ) {
    const wanted = Math.min(pieceBytes, to - position + 1);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
    if (bytesRead === 0) throw new Error(`the contents ${blob.id} end before byte ${position} of ${blob.size}`);
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}
