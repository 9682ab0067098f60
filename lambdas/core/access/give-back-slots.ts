import type { Clock } from '../../../contract/clock.ts';
import type { LentSlots } from './ports.ts';

export interface GiveBackPorts {
  /** Undefined where callers hold no channels. */
  readonly lentSlots: LentSlots | undefined;
  readonly clock: Clock;
}

// From the lending to a channel that proves itself; `attach` ends itself when nobody came within 60 s.
const comingMs = 90_000;
// From the end of `attach` to its session having left the slot.
const leavingMs = 5_000;

/**
 * Gives back the slots of grants that the agent sees no channel of, since their holder has gone without a word. Never rejects: what
 * can't be given back runs out with its grant.
 */
export async function giveBackSlots(
  { lentSlots, clock }: GiveBackPorts,
  sandboxId: string,
  openGrants: readonly string[] | undefined,
): Promise<void> {
  if (lentSlots === undefined || openGrants === undefined) return;
  const now = clock.now();
  const lent = await lentSlots.of(sandboxId).catch(() => []);
  const left = lent.filter(({ grantId, lentAtMs }) => !openGrants.includes(grantId) && now - lentAtMs > comingMs);
  await Promise.allSettled(left.map((slot) => lentSlots.giveBack(sandboxId, slot, now + leavingMs)));
}
