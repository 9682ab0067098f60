import { Buffer } from 'node:buffer';
import type { Blobs } from '../store/blobs.ts';
import type { Blob, ObjectRecord } from '../store/records.ts';

const pieceBytes = 256 * 1024;

/** Which bytes, the last one included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The pieces of an object that is pinned meanwhile. They lie in what `room` gives for each. */
export async function* readContents(
  blobs: Blobs,
  { blobs: all }: Pick<ObjectRecord, 'blobs'>,
  { start, end }: Range,
  room: () => Buffer = freshRoom,
): AsyncGenerator<Buffer> {
  let offset = 0;
  for (const blob of all) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, blob.size - 1);
    if (from <= to) yield* piecesOf(blobs, blob, { start: from, end: to }, room);
    offset += blob.size;
  }
}

/** Room for one piece after the other, of which each is kept. */
const freshRoom = (): Buffer => Buffer.allocUnsafe(pieceBytes);

/** Room for a piece while the one before it is still in use; the one before that is overwritten. */
export function roomInTurn(): () => Buffer {
  let [next, last] = [freshRoom(), freshRoom()];
  return () => {
    [next, last] = [last, next];
    return last;
  };
}

async function* piecesOf(blobs: Blobs, blob: Blob, { start, end }: Range, room: () => Buffer): AsyncGenerator<Buffer> {
  await using file = await blobs.open(blob);
  for (let position = start; position <= end; ) {
    const buffer = room();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position + 1), position);
    if (bytesRead === 0) throw new Error(`the contents ${blob.id} end before byte ${position} of ${blob.size}`);
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}
