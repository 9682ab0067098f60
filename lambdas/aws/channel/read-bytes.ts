import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import type { Clock } from '../../../contract/clock.ts';

const wholeWithinMs = 90_000;

/** Headers of an answer, without those that HTTP/2 has for itself, and each once. */
export const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !entry[0].startsWith(':'),
    ),
  );

/** The bytes of an answer. Throws ChannelBroken when it is cut, too slow, or longer than was asked for. */
export async function readBytes(body: ClientHttp2Stream, mostBytes: number, clock: Clock): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  using _late = clock.after(wholeWithinMs, () => body.destroy(new Error(`no whole answer in ${wholeWithinMs} ms`)));
  try {
    for await (const chunk of readChunks(body)) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new ChannelBroken('the file was cut', { cause });
  } finally {
    body.on('error', () => undefined).close();
  }
}
