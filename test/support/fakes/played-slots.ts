import type { Clock } from '../../../contract/clock.ts';
import type { OfferedOrders, OfferState } from '../../../lambdas/aws/dynamodb/slots/offered-orders.ts';
import {
  type HeldSlot,
  type Lease,
  leaseMs,
  type Slot,
  type SlotLeases,
} from '../../../lambdas/aws/dynamodb/slots/slot-leases.ts';
import { forsakenMs, type SlotLine, type Survey } from '../../../lambdas/aws/dynamodb/slots/slot-line.ts';

interface PlayedOffer {
  readonly order: string;
  state: OfferState;
}

/** Leases, the line for them and what is offered in it, for one sandbox and in memory, with what a test may say and see. */
export class PlayedSlots implements SlotLeases, SlotLine, OfferedOrders {
  readonly #clock: Clock;
  readonly #slots = new Map<number, Slot>();
  readonly #lent = new Map<number, string>();
  readonly places = new Map<string, number>();
  readonly offers = new Map<string, PlayedOffer>();
  wantedUntilMs = 0;
  #roomUntilMs = 0;
  /** Whether each renewal finds its lease lost. */
  losesLeases = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Slots that are held now. */
  get held(): number {
    return this.heldIn(0);
  }

  /** Slots that will still be held then, if nobody does anything. */
  heldIn(ms: number): number {
    const then = this.#clock.now() + ms;
    return [...this.#slots.values()].filter(({ expiresAtMs }) => expiresAtMs > then).length;
  }

  async acquire(sandboxId: string, slots: number, first = 0): Promise<Lease | undefined> {
    for (let slot = first; slot < slots; slot++) {
      const lease = await this.take(sandboxId, slot);
      if (lease) return lease;
    }
    return undefined;
  }

  async take(sandboxId: string, number: number): Promise<Lease | undefined> {
    const slot = this.#slots.get(number);
    if (slot && slot.expiresAtMs > this.#clock.now()) return undefined;
    return this.#begin(sandboxId, number, (slot?.fence ?? 0) + 1);
  }

  async takeOver(sandboxId: string, { number, fence, expiresAtMs }: Slot): Promise<Lease | undefined> {
    const slot = this.#slots.get(number);
    if (slot?.fence !== fence || slot.expiresAtMs !== expiresAtMs) return undefined;
    return this.#begin(sandboxId, number, fence + 1);
  }

  async noteSession(lease: Lease, sessionId: string): Promise<void> {
    this.#change(lease, { sessionId });
  }

  async renew(lease: Lease): Promise<Lease | undefined> {
    const expiresAtMs = this.#clock.now() + leaseMs;
    return !this.losesLeases && this.#change(lease, { expiresAtMs }) ? { ...lease, expiresAtMs } : undefined;
  }

  async lend(held: HeldSlot, grantId: string, expiresAtMs: number): Promise<boolean> {
    this.#lent.set(held.slot, grantId);
    return this.#change(held, { expiresAtMs });
  }

  async keepUntil(held: HeldSlot, expiresAtMs: number): Promise<boolean> {
    return this.#lent.has(held.slot) && this.#change(held, { expiresAtMs });
  }

  async release(lease: HeldSlot, atMs = 0): Promise<void> {
    if (this.#slots.get(lease.slot)?.fence === lease.fence) this.#lent.delete(lease.slot);
    this.#change(lease, { expiresAtMs: atMs });
  }

  async stand(_sandboxId: string, ticket: string, untilMs: number): Promise<void> {
    this.places.set(ticket, untilMs);
  }

  async leave(_sandboxId: string, ticket: string): Promise<OfferState | undefined> {
    this.places.delete(ticket);
    return this.offers.get(ticket)?.state;
  }

  async survey(): Promise<Survey> {
    const alive = [...this.places].filter(([, untilMs]) => untilMs > this.#clock.now()).map(([ticket]) => ticket);
    const places = alive.sort().map((ticket) => ({ ticket, offer: this.offers.get(ticket)?.state }));
    const forsaken = [...this.places].filter(([, untilMs]) => untilMs <= this.#clock.now() - forsakenMs);
    return { slots: [...this.#slots.values()], places, forsaken: forsaken.map(([ticket]) => ticket) };
  }

  async offer(sandboxId: string, ticket: string, order: string, untilMs: number): Promise<void> {
    await this.stand(sandboxId, ticket, untilMs);
    this.offers.set(ticket, { order, state: 'open' });
  }

  async pickUp(_sandboxId: string, ticket: string): Promise<string | undefined> {
    const offer = this.offers.get(ticket);
    if (offer?.state !== 'open' || !this.places.has(ticket)) return undefined;
    offer.state = 'picked';
    return offer.order;
  }

  async settle(_sandboxId: string, ticket: string, state: 'started' | 'own'): Promise<void> {
    const offer = this.offers.get(ticket);
    if (offer) offer.state = state;
  }

  async withdraw(_sandboxId: string, ticket: string): Promise<void> {
    this.offers.delete(ticket);
  }

  async want(_sandboxId: string, untilMs: number): Promise<void> {
    this.wantedUntilMs = untilMs;
  }

  async isWanted(): Promise<boolean> {
    return this.wantedUntilMs > this.#clock.now();
  }

  async makeRoom(_sandboxId: string, untilMs: number): Promise<boolean> {
    if (this.#roomUntilMs > this.#clock.now()) return false;
    this.#roomUntilMs = untilMs;
    return true;
  }

  #begin(sandboxId: string, slot: number, fence: number): Lease {
    const expiresAtMs = this.#clock.now() + leaseMs;
    this.#slots.set(slot, { number: slot, fence, expiresAtMs, sessionId: undefined });
    return { sandboxId, slot, fence, expiresAtMs };
  }

  #change({ slot, fence }: HeldSlot, fields: Partial<Slot>): boolean {
    const held = this.#slots.get(slot);
    if (held?.fence !== fence) return false;
    this.#slots.set(slot, { ...held, ...fields });
    return true;
  }
}
