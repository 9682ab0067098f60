import type { ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import type { Clock } from '../../../contract/clock.ts';
import { collectBytes } from '../collect-bytes.ts';

interface Bounds {
  readonly mostBytes: number;
  /** In ms. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/** The body of an answer, which is over then. Throws when it is cut, endless or too slow: everything in it is hostile. */
export async function wholeBody(body: ClientHttp2Stream, { mostBytes, withinMs, clock }: Bounds): Promise<Buffer> {
  using _late = clock.after(withinMs, () => body.destroy(new Error(`no whole answer in ${withinMs} ms`)));
  try {
    return await collectBytes(readChunks(body), mostBytes, 'the answer');
  } finally {
    body.on('error', () => undefined).close();
  }
}
