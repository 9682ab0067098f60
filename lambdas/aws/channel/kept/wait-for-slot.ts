import { randomUUID } from 'node:crypto';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { ChannelTarget } from '../../../core/ports.ts';
import { type Lease, leaseMs, type Slot, type SlotLeases, staleMs } from '../../dynamodb/slots/slot-leases.ts';
import type { SlotLine, Survey } from '../../dynamodb/slots/slot-line.ts';

export interface SlotTools {
  readonly clock: Clock;
  readonly leases: SlotLeases;
  readonly line: SlotLine;
  /** Ends a session whose holder has gone; false when nobody knows whether it has ended. */
  readonly endSession: (sessionId: string) => Promise<boolean>;
}

// What the exec agent allows when it doesn't say, and the most that is of use.
const defaultSlots = 2;
const mostSlots = 8;
// Whoever is next looks often: of a turn of a second and a half, nothing else is waiting in vain.
const nextPauseMs = 100;
const pauseMs = 400;
// A place in the line passes when its owner does.
const placeMs = 3_000;
const retrySeconds = 10;
// The first slot is never a caller's own, so that exec always has one.
const firstToLend = 1;
// At the end of the ticket of who wants a slot to lend it.
const lenderMark = '-lend';

/** How long a wish for a channel counts, unless it is said again. */
export const wantedMs = 5_000;

/** From the end of a session, broken off, to its slot being free: up to 4 s when nobody acknowledges what it said last. */
export const settleMs = 5_000;

/** From the service's word that a session is over to its slot being free. */
export const closedMs = 100;

/** How many sessions we open in a sandbox at once. */
const slotsOf = ({ agent }: ChannelTarget): number =>
  Math.max(1, Math.min(agent.session_limit ?? defaultSlots, mostSlots));

interface Waiting {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Whether the slot is to be lent to a caller: the first one isn't. @default false */
  readonly toLend?: boolean;
}

/**
 * Takes a slot that is known to be free, in the order of asking. While all are held, holders are asked to give theirs back after their
 * turn, and the slot of one who has neither worked nor let go is taken from it. Throws `capacity_unavailable` after `patienceMs`, and
 * the signal's reason.
 */
export async function waitForSlot(
  tools: SlotTools,
  target: ChannelTarget,
  { patienceMs, signal, toLend = false }: Waiting,
): Promise<Lease> {
  const { clock, leases, line } = tools;
  const { sandboxId, wantedUntil } = target;
  const slots = slotsOf(target);
  const first = toLend ? firstToLend : 0;
  if (first >= slots) throw allTaken(sandboxId, 0);
  const since = clock.now();
  // Whoever finds others waiting doesn't pass them.
  const mayPass = wantedUntil === null || Date.parse(wantedUntil) <= since;
  const free = mayPass ? await leases.acquire(sandboxId, slots, first) : undefined;
  if (free !== undefined) return free;
  const ticket = `${String(since).padStart(15, '0')}-${randomUUID()}${toLend ? lenderMark : ''}`;
  try {
    const lease = await standInLine(tools, { sandboxId, slots, ticket, untilMs: since + patienceMs, signal });
    if (lease !== undefined) return lease;
  } finally {
    // A place that can't be given up passes by itself.
    await line.leave(sandboxId, ticket).catch(() => undefined);
  }
  throw allTaken(sandboxId, slots - first);
}

interface Place {
  readonly sandboxId: string;
  readonly slots: number;
  readonly ticket: string;
}

/** Undefined when it was not this ticket's turn until then. */
async function standInLine(
  tools: SlotTools,
  { untilMs, signal, ...place }: Place & { readonly untilMs: number; readonly signal: AbortSignal },
): Promise<Lease | undefined> {
  const { clock, line } = tools;
  const { sandboxId, slots, ticket } = place;
  for (let keptUntil = 0; ; ) {
    const now = clock.now();
    if (keptUntil - now < placeMs / 2) {
      keptUntil = now + placeMs;
      await Promise.all([line.stand(sandboxId, ticket, keptUntil), line.want(sandboxId, now + wantedMs)]);
    }
    const survey = await line.survey(sandboxId, ticket);
    const lease = await tryTurn(tools, place, survey);
    if (lease !== undefined) return lease;
    const pause = survey.ahead.length < slots ? nextPauseMs : pauseMs;
    if (clock.now() + pause > untilMs) return undefined;
    await clock.sleep(pause, signal);
  }
}

const allTaken = (sandboxId: string, channels: number): SandboxError =>
  new SandboxError('capacity_unavailable', `all ${channels} channels to ${sandboxId} that can be had are in use`, {
    details: { channels },
    retryAfterSeconds: retrySeconds,
  });

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

/** As many of the first in the line have their turn as there are slots to be had, each its own one. */
async function tryTurn(
  tools: SlotTools,
  { sandboxId, slots, ticket }: Place,
  { slots: known, ahead }: Survey,
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
  { leases, endSession, clock }: SlotTools,
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
