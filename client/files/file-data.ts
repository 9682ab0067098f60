import { letGo } from './let-go.ts';

/** What a file is written from: bytes that are there, or that come piece by piece. A string is written as UTF-8. */
export type FileData = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A piece of a file, the first one having the number 1. All but the last are of the same size. */
export interface Piece {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Says that nobody needs the bytes any more: what is read next may take their place. */
  release(): void;
}

/** Bytes whose number is known, to be read in any order; undefined for what comes as it comes. */
export function asBlob(data: FileData): Blob | undefined {
  if (data instanceof Blob) return data;
  if (typeof data === 'string') return new Blob([data]);
  return data instanceof Uint8Array ? new Blob([new Uint8Array(data)]) : undefined;
}

/** The pieces of a blob that is not empty, each read when it is asked for. */
export const piecesOfBlob = (blob: Blob, pieceBytes: number): AsyncGenerator<Piece> =>
  piecesOfStream(chunksOfBlob(blob), pieceBytes);

/** Each is ours, and given back once the next one is asked for. */
async function* chunksOfBlob(blob: Blob): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunksOf(blob.stream())) {
    yield chunk;
    letGo(chunk);
  }
}

/**
 * The pieces of what comes as it comes; at least one, and that may be empty. Holds one of them, and of the source nothing once it asks for
 * more.
 */
export async function* piecesOfStream(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Piece> {
  // Parts that are collected one after the other cost more than to hash them.
  const free: Uint8Array<ArrayBuffer>[] = [];
  const room = () => free.pop() ?? new Uint8Array(pieceBytes);
  const piece = (number: number, held: Uint8Array<ArrayBuffer>, filled = pieceBytes): Piece => ({
    number,
    bytes: held.subarray(0, filled),
    release: () => void free.push(held),
  });
  let [number, held, filled] = [1, room(), 0];
  for await (const chunk of chunksOf(source)) {
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.subarray(from, from + pieceBytes - filled);
      held.set(taken, filled);
      filled += taken.length;
      from += taken.length;
      if (filled < pieceBytes) continue;
      yield piece(number, held);
      [number, held, filled] = [number + 1, room(), 0];
    }
  }
  if (filled > 0 || number === 1) yield piece(number, held, filled);
}

/** Browsers can't all iterate their streams. Whatever is not read of it is let go. */
async function* chunksOf<Chunk extends Uint8Array>(
  source: ReadableStream<Chunk> | AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  if (!(source instanceof ReadableStream)) return yield* source;
  const reader = source.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined);
  }
}
