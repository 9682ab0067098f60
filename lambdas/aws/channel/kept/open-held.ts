import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import { HeldChannel } from '../held-channel.ts';
import { KeptLease } from './kept-lease.ts';
import type { LineOptions, LineServer } from './line-server.ts';
import type { OpenChannel, OpenOptions } from './open-channel.ts';
import { settleMs } from './take-turn.ts';
import type { TakeOptions } from './turn.ts';
import { type SlotTools, waitForSlot } from './wait-for-slot.ts';

export interface HeldOptions extends SlotTools, Pick<LineOptions, 'orders'> {
  readonly open: (target: ChannelTarget, options: OpenOptions) => Promise<OpenChannel>;
}

/**
 * A channel that is opened once a slot is free, and holds that. Undefined when somebody else has sent the order that it is for. Throws what
 * waiting and opening throw; the slot is given back then.
 */
export async function openHeld(
  options: HeldOptions & { readonly server: LineServer },
  target: ChannelTarget,
  { machine = 'new', order, ...waiting }: TakeOptions,
): Promise<HeldChannel | undefined> {
  const { leases, line, clock, open, orders, server } = options;
  const displaced = new AbortController();
  let held: HeldChannel | undefined;
  const offer = order === undefined ? undefined : { orders, order };
  const slot = await waitForSlot(options, target, { ...waiting, offer });
  if (slot === undefined) return undefined;
  const lease: KeptLease = new KeptLease(slot, {
    leases,
    clock,
    onTick: async () => {
      const isWanted = held !== undefined && (await line.isWanted(target.sandboxId).catch(() => false));
      if (held && isWanted && (await server.serve(target, held))) displaced.abort();
    },
    onLost: () => void held?.end('at once'),
  });
  // Opening takes longer than a lease goes without a renewal.
  await lease.begin();
  try {
    const channel = await open(target, {
      machine,
      onSession: (sessionId) => void lease.noteSession(sessionId).catch(() => undefined),
      mayTalk: () => lease.mayTalk,
    });
    held = new HeldChannel(channel, { lease, clock, generation: target.generation, displaced: displaced.signal });
    return held;
  } catch (error) {
    await lease.release(settleMs);
    throw error;
  } finally {
    if (held) held.endTurn();
    else lease.end();
  }
}
