import { Buffer } from 'node:buffer';
import { type KeptOutput, keptChunkBytes, type keptOutputKeys } from '../../../contract/agent/kept-output.ts';
import type { Spool } from '../commands/output/spool.ts';

/** Where objects are put. */
export type Put = (key: string, body: Buffer) => Promise<unknown>;

type Readable = Pick<Spool, 'firstAvailable' | 'read'>;
type Keys = ReturnType<typeof keptOutputKeys>;

interface Streams {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

const pieceBytes = 256 * 1024;

/** Up to a chunk of a stream; what the spool has dropped since is left out, so that it may begin later than it was asked to. */
async function readChunk(spool: Readable, offset: number): Promise<{ readonly from: number; readonly data: Buffer }> {
  const pieces: Buffer[] = [];
  let [from, bytes] = [offset, 0];
  while (bytes < keptChunkBytes) {
    const piece = await spool.read(from + bytes, Math.min(pieceBytes, keptChunkBytes - bytes));
    if (piece === undefined || (bytes > 0 && piece.offset !== from + bytes)) break;
    if (bytes === 0) from = piece.offset;
    pieces.push(piece.data);
    bytes += piece.data.length;
  }
  return { from, data: Buffer.concat(pieces, bytes) };
}

/** Puts a stream, chunk by chunk, and answers its range. After a gap it begins anew: what is kept has none. */
async function keepStream(stream: 'stdout' | 'stderr', spool: Readable, keys: Keys, put: Put) {
  let range = { from: spool.firstAvailable, to: spool.firstAvailable };
  for (let number = 0; ; number++) {
    const { from, data } = await readChunk(spool, range.to);
    if (data.length === 0) return range;
    if (from !== range.to || (range.to - range.from) % keptChunkBytes !== 0) {
      range = { from, to: from };
      number = 0;
    }
    await put(keys.chunk(stream, number), data);
    range.to += data.length;
  }
}

/** Puts both streams of a command that has ended, one chunk in memory at a time, and last where they are. Rejects as `put` does. */
export async function keepOutput({ stdout, stderr }: Streams, keys: Keys, put: Put): Promise<void> {
  const index: KeptOutput = {
    stdout: await keepStream('stdout', stdout, keys, put),
    stderr: await keepStream('stderr', stderr, keys, put),
  };
  await put(keys.index, Buffer.from(JSON.stringify(index)));
}
