/** What a file is written from: bytes that are there, or that come piece by piece. A string is written as UTF-8. */
export type FileData = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A piece of a file, the first one having the number 1. All but the last are of the same size. */
export interface Piece {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes whose number is known, to be read in any order; undefined for what comes as it comes. */
export function asBlob(data: FileData): Blob | undefined {
  if (data instanceof Blob) return data;
  if (typeof data === 'string') return new Blob([data]);
  return data instanceof Uint8Array ? new Blob([new Uint8Array(data)]) : undefined;
}

/** The pieces of a blob, each read when it is asked for. */
export async function* piecesOfBlob(blob: Blob, pieceBytes: number): AsyncGenerator<Piece> {
  for (let number = 1; (number - 1) * pieceBytes < blob.size; number += 1) {
    const part = blob.slice((number - 1) * pieceBytes, number * pieceBytes);
    yield { number, bytes: new Uint8Array(await part.arrayBuffer()) };
  }
}

/** The pieces of what comes as it comes; at least one, and that may be empty. Holds one of them. */
export async function* piecesOfStream(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Piece> {
  let [number, held, filled] = [1, new Uint8Array(pieceBytes), 0];
  for await (const chunk of chunksOf(source)) {
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.subarray(from, from + pieceBytes - filled);
      held.set(taken, filled);
      filled += taken.length;
      from += taken.length;
      if (filled < pieceBytes) continue;
      yield { number, bytes: held };
      [number, held, filled] = [number + 1, new Uint8Array(pieceBytes), 0];
    }
  }
  if (filled > 0 || number === 1) yield { number, bytes: held.slice(0, filled) };
}

/** Browsers can't all iterate their streams. Whatever is not read of it is let go. */
async function* chunksOf(source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
