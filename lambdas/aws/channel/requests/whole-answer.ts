import type { Log } from '../../../core/log.ts';
import { insist } from './insist.ts';
import { type Answering, type Ask, type SendTools, sendOnce, type Try } from './send-once.ts';
import { unheard, unheardIfBroken } from './unheard.ts';

/** A whole answer, which is read again from its beginning where it breaks. Throws `channel_lost`, and what the agent refuses. */
export function wholeAnswer<T>(
  tools: SendTools & { readonly log: Log },
  ask: Omit<Ask, 'order'>,
  read: (answering: Answering) => Promise<T>,
): Promise<T> {
  const take = async (how: Try) => {
    const answering = await sendOnce(tools, ask, how);
    try {
      const answer = await read(answering);
      await answering.turn.end('well');
      return answer;
    } catch (error) {
      await answering.turn.end('broken');
      throw ask.once ? unheard(error) : error;
    }
  };
  return insist(tools.log, ask, { take, lost: unheardIfBroken });
}
