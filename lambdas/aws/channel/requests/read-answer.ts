import type { ClientHttp2Stream } from 'node:http2';
import type * as z from 'zod';
import { readWhole } from '../../../../channel/near/read-whole.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { collectBytes } from '../../collect-bytes.ts';

// A page of a hundred commands with the longest text and path that each may have.
const mostBytes = 4 * 1024 * 1024;
const withinMs = 20_000;

/**
 * The JSON of an answer, checked. Throws ChannelBroken when it is cut, endless, too slow or not what was asked for: everything in it is
 * hostile.
 */
export async function readAnswer<A>(body: ClientHttp2Stream, answer: z.ZodType<A>, clock: Clock): Promise<A> {
  try {
    const bytes = await readWhole(body, { withinMs, clock }, (chunks) => collectBytes(chunks, mostBytes, 'the answer'));
    return answer.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new ChannelBroken('the agent gives no answer', { cause });
  }
}
