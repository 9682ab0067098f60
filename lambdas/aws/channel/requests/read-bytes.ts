import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { readWhole } from '../../../../channel/near/read-whole.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { collectBytes } from '../../collect-bytes.ts';

const withinMs = 90_000;

/** Headers of an answer, without those that HTTP/2 has for itself, and each once. */
export const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !entry[0].startsWith(':'),
    ),
  );

/** The bytes of an answer. Throws ChannelBroken when it is cut, too slow, or longer than was asked for. */
export async function readBytes(body: ClientHttp2Stream, mostBytes: number, clock: Clock): Promise<Uint8Array> {
  try {
    return await readWhole(body, { withinMs, clock }, (chunks) => collectBytes(chunks, mostBytes, 'the answer'));
  } catch (cause) {
    throw new ChannelBroken('the file was cut', { cause });
  }
}
