import type { Clock } from '../../../../contract/clock.ts';
import { type Lease, leaseMs, type Slot, type SlotLeases, staleMs } from '../../dynamodb/slots/slot-leases.ts';
import type { Survey } from '../../dynamodb/slots/slot-line.ts';

export interface TurnTools {
  readonly clock: Clock;
  readonly leases: SlotLeases;
  /** Ends a session whose holder has gone; false when nobody knows whether it has ended. */
  readonly endSession: (sessionId: string) => Promise<boolean>;
}

/** At the end of the ticket of who wants a slot to lend it. */
export const lenderMark = '-lend';

/** The first slot is never a caller's own, so that exec always has one. */
export const firstToLend = 1;

/** From the end of a session, broken off, to its slot being free: up to 4 s when nobody acknowledges what it said last. */
export const settleMs = 5_000;

const mayHave = (ticket: string, slot: Slot | number): boolean =>
  !ticket.endsWith(lenderMark) || numberOf(slot) >= firstToLend;

const numberOf = (slot: Slot | number): number => (typeof slot === 'number' ? slot : slot.number);

/** The slot that is this ticket's, when each of those ahead of it has had the first that it may have. */
function shareOf(
  ticket: string,
  ahead: readonly string[],
  slots: readonly (Slot | number)[],
): Slot | number | undefined {
  const left = [...slots];
  for (const other of ahead) {
    const index = left.findIndex((slot) => mayHave(other, slot));
    if (index >= 0) left.splice(index, 1);
  }
  return left.find((slot) => mayHave(ticket, slot));
}

interface Turn {
  readonly sandboxId: string;
  readonly slots: number;
  readonly ticket: string;
  /** Tickets that are served before. */
  readonly ahead: readonly string[];
}

/** As many of the first in the line have their turn as there are slots to be had, each its own one. */
export async function takeTurn(
  tools: TurnTools,
  { sandboxId, slots, ticket, ahead }: Turn,
  { slots: known }: Survey,
): Promise<Lease | undefined> {
  const { leases, clock } = tools;
  const now = clock.now();
  const byNumber = new Map(known.map((slot) => [slot.number, slot]));
  const all = Array.from({ length: slots }, (_, number) => byNumber.get(number) ?? number);
  const isFree = (slot: Slot | number) => typeof slot === 'number' || slot.expiresAtMs <= now;
  const isStale = (slot: Slot | number) =>
    typeof slot !== 'number' && slot.sessionId !== undefined && slot.expiresAtMs - now < leaseMs - staleMs;
  const toBeHad = [...all.filter(isFree), ...all.filter((slot) => !isFree(slot) && isStale(slot))];
  const turn = shareOf(ticket, ahead, toBeHad);
  if (turn === undefined) return undefined;
  if (typeof turn === 'number' || isFree(turn)) {
    return await leases.take(sandboxId, numberOf(turn));
  }
  return await evict(tools, sandboxId, turn);
}

/** Takes a slot from a holder that is idle, frozen or gone; undefined when it wasn't, or its session can't be ended. */
async function evict(
  { leases, endSession, clock }: TurnTools,
  sandboxId: string,
  slot: Slot,
): Promise<Lease | undefined> {
  const lease = await leases.takeOver(sandboxId, slot);
  if (lease === undefined || slot.sessionId === undefined) return lease;
  if (await endSession(slot.sessionId)) {
    await clock.sleep(settleMs);
    return lease;
  }
  // What holds the slot ends by itself, as it would have.
  await leases.release(lease, slot.expiresAtMs);
  return undefined;
}
