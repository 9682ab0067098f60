import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { ChannelTarget } from '../../core/ports.ts';
import type { Lease, SlotLeases } from '../dynamodb/slot-leases.ts';

// What the exec agent allows when it doesn't say, and the most that is of use.
const defaultSlots = 2;
const mostSlots = 8;
const patienceMs = 20_000;
const pauseMs = 500;
const retrySeconds = 10;

/** How many sessions we open in a sandbox at once. */
const slotsOf = ({ agent }: ChannelTarget): number =>
  Math.max(1, Math.min(agent.session_limit ?? defaultSlots, mostSlots));

/**
 * Takes a slot, at the latest after 20 s. While all are held, holders are asked to give theirs back after their turn; nobody who works is
 * interrupted. Throws `capacity_unavailable`.
 */
export async function waitForSlot(leases: SlotLeases, target: ChannelTarget, clock: Clock): Promise<Lease> {
  const slots = slotsOf(target);
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const lease = await leases.acquire(target.sandboxId, slots);
    if (lease !== undefined) return lease;
    if (clock.now() + pauseMs > deadline) break;
    await leases.wantChannel(target.sandboxId, deadline);
    await clock.sleep(pauseMs);
  }
  throw new SandboxError('capacity_unavailable', `all ${slots} channels to ${target.sandboxId} are in use`, {
    details: { channels: slots },
    retryAfterSeconds: retrySeconds,
  });
}
