import type { ClientHttp2Stream } from 'node:http2';
import type * as z from 'zod';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import type { Clock } from '../../../contract/clock.ts';

// A page of a hundred commands with the longest text and path that each may have.
const mostBytes = 4 * 1024 * 1024;
const wholeWithinMs = 20_000;

/**
 * The JSON of an answer, checked. Throws ChannelBroken when it is cut, endless, too slow or not what was asked for: everything in it is
 * hostile.
 */
export async function readAnswer<A>(body: ClientHttp2Stream, answer: z.ZodType<A>, clock: Clock): Promise<A> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  using _late = clock.after(wholeWithinMs, () => body.destroy(new Error(`no whole answer in ${wholeWithinMs} ms`)));
  try {
    for await (const chunk of readChunks(body)) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return answer.parse(JSON.parse(Buffer.concat(chunks).toString()));
  } catch (cause) {
    throw new ChannelBroken('the agent gives no answer', { cause });
  } finally {
    body.on('error', () => undefined).close();
  }
}
