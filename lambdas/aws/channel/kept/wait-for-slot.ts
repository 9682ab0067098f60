import { randomUUID } from 'node:crypto';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { OfferedOrders, OfferState } from '../../dynamodb/slots/offered-orders.ts';
import type { Lease } from '../../dynamodb/slots/slot-leases.ts';
import type { Place, SlotLine } from '../../dynamodb/slots/slot-line.ts';
import { firstToLend, lenderMark, type TurnTools, takeTurn } from './take-turn.ts';

export interface SlotTools extends TurnTools {
  readonly line: SlotLine;
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
// Whoever picks an order up sends it at once. One that isn't sent after this is sent by its owner.
const pickedMs = 3_000;

/** How long a wish for a channel counts, unless it is said again. */
export const wantedMs = 5_000;

/** From the service's word that a session is over to its slot being free. */
export const closedMs = 100;

/** How many sessions we open in a sandbox at once. */
export const slotsOf = ({ agent }: ChannelTarget): number =>
  Math.max(1, Math.min(agent.session_limit ?? defaultSlots, mostSlots));

interface Waiting {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Whether the slot is to be lent to a caller: the first one isn't. @default false */
  readonly toLend?: boolean;
  /** What the slot is for, which somebody else may send in the meantime. */
  readonly offer?: Offer | undefined;
}

/** A command's order, offered to whoever has a channel to its sandbox. */
interface Offer {
  readonly orders: OfferedOrders;
  readonly order: string;
}

/**
 * Takes a slot that is known to be free, in the order of asking. While all are held, holders are asked to give theirs back after their
 * turn, and the slot of one who has neither worked nor let go is taken from it. Undefined when somebody else has sent what
 * was offered. Throws `capacity_unavailable` after `patienceMs`, ChannelBroken when nobody knows whether it was sent, and the signal's
 * reason.
 */
export function waitForSlot(tools: SlotTools, target: ChannelTarget, waiting: Omit<Waiting, 'offer'>): Promise<Lease>;
export function waitForSlot(tools: SlotTools, target: ChannelTarget, waiting: Waiting): Promise<Lease | undefined>;
export async function waitForSlot(
  tools: SlotTools,
  target: ChannelTarget,
  { patienceMs, signal, toLend = false, offer }: Waiting,
): Promise<Lease | undefined> {
  const { clock, leases } = tools;
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
  const turn = await standInLine(tools, { sandboxId, slots, ticket, offer, untilMs: since + patienceMs, signal }).catch(
    async (error) => {
      await leave(tools, { sandboxId, ticket, offer });
      throw error;
    },
  );
  const left = await leave(tools, { sandboxId, ticket, offer });
  if (turn === 'sent' || (turn === 'late' && left === 'started')) return undefined;
  if (turn !== 'late') return turn;
  // Whoever has picked it up may have sent it, also where it could not say so.
  if (left === 'picked' || left === 'own') throw new ChannelBroken('nobody can say whether the order was sent');
  throw allTaken(sandboxId, slots - first);
}

interface Standing {
  readonly sandboxId: string;
  readonly ticket: string;
  readonly offer: Offer | undefined;
}

/** A place that can't be given up passes by itself. */
async function leave({ line }: SlotTools, { sandboxId, ticket, offer }: Standing) {
  const [left] = await Promise.allSettled([line.leave(sandboxId, ticket), offer?.orders.withdraw(sandboxId, ticket)]);
  return left.status === 'fulfilled' ? left.value : undefined;
}

/** `sent` when somebody else has sent the order, `late` when it was not this ticket's turn until then. */
async function standInLine(
  tools: SlotTools,
  {
    untilMs,
    signal,
    slots,
    ...standing
  }: Standing & { readonly slots: number; readonly untilMs: number; readonly signal: AbortSignal },
): Promise<Lease | 'sent' | 'late'> {
  const { clock, line } = tools;
  const { sandboxId, ticket } = standing;
  const sending = new Sending(clock, standing);
  let keptUntil = await stand(tools, standing);
  for (;;) {
    if (keptUntil - clock.now() < placeMs / 2) keptUntil = await stand(tools, { ...standing, offer: undefined });
    const survey = await line.survey(sandboxId);
    const offer = survey.places.find((place) => place.ticket === ticket)?.offer;
    if (offer === 'started') return 'sent';
    const isSending = await sending.goesOn(offer);
    const ahead = survey.places.filter(isBefore(ticket)).map((place) => place.ticket);
    const lease = isSending ? undefined : await takeTurn(tools, { sandboxId, slots, ticket, ahead }, survey);
    if (lease !== undefined) return lease;
    const pause = isSending || ahead.length < slots ? nextPauseMs : pauseMs;
    if (clock.now() + pause > untilMs) return 'late';
    await clock.sleep(pause, signal);
  }
}

/** Whether somebody else is about to send an order, which is believed for a moment. */
class Sending {
  readonly #clock: Clock;
  readonly #standing: Standing;
  #pickedAt: number | undefined;

  constructor(clock: Clock, standing: Standing) {
    this.#clock = clock;
    this.#standing = standing;
  }

  async goesOn(state: OfferState | undefined): Promise<boolean> {
    if (state !== 'picked') return false;
    this.#pickedAt ??= this.#clock.now();
    if (this.#clock.now() - this.#pickedAt < pickedMs) return true;
    const { sandboxId, ticket, offer } = this.#standing;
    await offer?.orders.settle(sandboxId, ticket, 'own');
    return false;
  }
}

/** Takes or keeps a place, and asks for a channel; answers until when. */
async function stand({ clock, line }: SlotTools, { sandboxId, ticket, offer }: Standing): Promise<number> {
  const now = clock.now();
  const until = now + placeMs;
  await Promise.all([
    offer ? offer.orders.offer(sandboxId, ticket, offer.order, until) : line.stand(sandboxId, ticket, until),
    line.want(sandboxId, now + wantedMs),
  ]);
  return until;
}

/** Those who are served before: whose order somebody else has sent isn't waiting for a slot. */
const isBefore =
  (ticket: string) =>
  (place: Place): boolean =>
    place.ticket < ticket && place.offer !== 'picked' && place.offer !== 'started';

const allTaken = (sandboxId: string, channels: number): SandboxError =>
  new SandboxError('capacity_unavailable', `all ${channels} channels to ${sandboxId} that can be had are in use`, {
    details: { channels },
    retryAfterSeconds: retrySeconds,
  });
