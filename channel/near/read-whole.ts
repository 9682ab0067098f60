import type { ClientHttp2Stream } from 'node:http2';
import type { Clock } from '../clock.ts';
import { readChunks } from './read-chunks.ts';

interface Patience {
  /** In ms. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/** Reads the body of an answer, which is over then, read to its end or not. Throws what `read` throws, and when it is cut or too slow. */
export async function readWhole<T>(
  body: ClientHttp2Stream,
  { withinMs, clock }: Patience,
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  using _late = clock.after(withinMs, () => body.destroy(new Error(`no whole answer in ${withinMs} ms`)));
  try {
    return await read(readChunks(body));
  } finally {
    body.on('error', () => undefined).close();
  }
}
