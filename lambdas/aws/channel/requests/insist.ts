import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import type { Log } from '../../../core/log.ts';
import { type Ask, patientHeadersMs, type Try } from './send-once.ts';

// A kept channel that is dead says nothing; a working agent answers in milliseconds, a busy one on a quarter of a core in a second.
const headersWithinMs = 3_000;
const startPatienceMs = 45_000;

/** A try at a machine that has had a channel before. @default the patience of a new command */
export const known = (patienceMs = startPatienceMs): Try => ({
  machine: 'known',
  headersWithinMs: patientHeadersMs,
  patienceMs,
});

/** Tries again on a new channel when the one there is is dead. Whatever may not be sent twice throws another error once it was. */
export async function insist<T>(
  log: Log,
  { target, signal }: Pick<Ask, 'target' | 'signal'>,
  { take, lost }: { readonly take: (how: Try) => Promise<T>; readonly lost: (cause: unknown) => unknown },
): Promise<T> {
  try {
    return await take({ machine: 'new', headersWithinMs, patienceMs: startPatienceMs });
  } catch (error) {
    if (!(error instanceof ChannelBroken) || signal.aborted) throw error;
    log.info('channel', { event: 'channel.reopen', outcome: 'ok', sandboxId: target.sandboxId, error });
    return await take(known()).catch((cause) => {
      throw lost(cause);
    });
  }
}
