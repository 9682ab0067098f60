import type * as z from 'zod';
import { readChunks } from '../../../../channel/near/read-chunks.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { unheard } from '../requests/unheard.ts';
import type { Following } from './followed-command.ts';

interface Options<E> {
  readonly event: z.ZodType<E>;
  readonly signal: AbortSignal;
  /** Whether it ends when others wait for the channel. */
  readonly yields: boolean;
}

// Many times what the agent puts into one line.
const mostLineBytes = 256 * 1024;

/**
 * The events of an answer, a line each. The turn ends with the reading, or when the signal aborts, which ends the events without an
 * error. Throws `channel_lost` when the channel breaks; whether the last event was one is for the reader to say.
 */
export function agentEvents<E>({ turn, body }: Following, { event, signal, yields }: Options<E>): AsyncIterable<E> {
  let isOver = false;
  const letGo = async (how: 'well' | 'broken') => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', stop);
    turn.channel.displaced.removeEventListener('abort', stop);
    body.on('error', () => undefined).close();
    await turn.end(how);
  };
  const stop = () => void letGo('well');
  signal.addEventListener('abort', stop, { once: true });
  if (yields) turn.channel.displaced.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  async function* read(): AsyncGenerator<E> {
    try {
      for await (const line of linesOf(readChunks(body))) yield event.parse(JSON.parse(line));
    } catch (error) {
      if (isOver) return;
      await letGo('broken');
      throw unheard(new ChannelBroken('the events were cut', { cause: error }));
    } finally {
      await letGo('well');
    }
  }
  return read();
}

/** Whole lines alone. Throws for one that is too long. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end).toString();
      rest = rest.subarray(end + 1);
    }
    if (rest.length > mostLineBytes) throw new Error(`a line is longer than ${mostLineBytes} bytes`);
  }
}
