import type { ClientHttp2Session } from 'node:http2';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { OfferedOrders } from '../../dynamodb/slots/offered-orders.ts';
import { HeldChannel } from '../held-channel.ts';
import { KeptLease } from './kept-lease.ts';
import type { Acquaintance, OpenChannel } from './open-channel.ts';
import { Opening } from './opening.ts';
import { serveLine } from './serve-line.ts';
import { settleMs } from './take-turn.ts';
import { type SlotTools, slotsOf, waitForSlot } from './wait-for-slot.ts';

export interface OpenOptions {
  readonly machine: Acquaintance;
  /** Told which session has begun, before anything is known of it. */
  readonly onSession: (sessionId: string) => void;
  /** Whether the channel may say a word of its own, to be kept. */
  readonly mayTalk: () => boolean;
}

export interface KeptOptions extends SlotTools {
  readonly open: (target: ChannelTarget, options: OpenOptions) => Promise<OpenChannel>;
  /** Orders that wait for a channel. */
  readonly orders: OfferedOrders;
  /** Starts the command of an order that waited for a channel; resolves once the agent has it. */
  readonly startOrder: (http: ClientHttp2Session, order: string) => Promise<void>;
  /** The most channels that one environment keeps. @default 32 */
  readonly most?: number;
}

/** One use of a channel. */
export interface Turn {
  readonly channel: HeldChannel;
  /** Gives the channel back; `broken` ends it. To be awaited: the environment may freeze right after its answer. */
  end(how: 'well' | 'broken'): Promise<void>;
}

export interface TakeOptions {
  /** @default new */
  readonly machine?: Acquaintance;
  /** How long to stand in line for a slot. */
  readonly patienceMs: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** The order that the turn is for, which whoever has a channel already may send. */
  readonly order?: string | undefined;
}

interface Begun {
  readonly opening: Opening<HeldChannel | undefined>;
  readonly channel: HeldChannel;
  /** Whether it was opened for this turn. */
  readonly isNew: boolean;
}

interface Given extends Omit<Begun, 'isNew'> {
  readonly how: 'well' | 'broken';
}

/** The channels of this environment, kept from one call to the next, the least used one given up first. */
export class KeptChannels {
  readonly #options: KeptOptions;
  readonly #channels = new Map<string, Opening<HeldChannel | undefined>>();
  /** How the line was served by each channel at last. */
  readonly #serving = new WeakMap<HeldChannel, Promise<boolean>>();

  constructor(options: KeptOptions) {
    this.#options = options;
  }

  /**
   * A channel to the target for one turn: the one that is open, or a new one. Undefined when somebody else has sent the order. Throws what opening one throws, and the signal's reason.
   */
  async take(target: ChannelTarget, options: TakeOptions): Promise<Turn | undefined> {
    for (;;) {
      const known = this.#channels.get(target.sandboxId);
      const isOurs = known === undefined || known.isGivenUp;
      const opening = isOurs ? this.#open(target, options) : known;
      const channel = await opening.wait(options.signal);
      const turn = channel && (await this.#begin(target, { opening, channel, isNew: isOurs }));
      if (turn !== undefined) return turn;
      this.#forget(target.sandboxId, opening);
      // Of another order that somebody has sent this one hears nothing.
      if (channel === undefined && isOurs) return undefined;
    }
  }

  /** Undefined when the channel is of no use to the target; it ends then, unless it is in use. */
  async #begin(target: ChannelTarget, { opening, channel, isNew }: Begun): Promise<Turn | undefined> {
    const isFree = !channel.displaced.aborted;
    const fits = isFree && channel.generation === target.generation && channel.isUsable && (await channel.beginTurn());
    if (!fits) {
      this.#forget(target.sandboxId, opening);
      // A channel that others wait for ends with its last turn.
      if (isFree || !channel.isBusy) await channel.end(isFree ? 'at once' : 'in peace');
      return undefined;
    }
    this.#use(target.sandboxId, opening);
    // Others have waited for as long as it took to open.
    if (isNew) void this.#serve(target, channel);
    return { channel, end: (how) => this.#give(target, { opening, channel, how }) };
  }

  /** Ends every channel. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#channels.values()];
    this.#channels.clear();
    await Promise.allSettled(all.map(async ({ done }) => await (await done)?.end('in peace')));
  }

  #open(target: ChannelTarget, options: TakeOptions): Opening<HeldChannel | undefined> {
    const opening = new Opening((signal) => this.#openNow(target, { ...options, signal }));
    this.#channels.set(target.sandboxId, opening);
    opening.done.catch(() => this.#forget(target.sandboxId, opening));
    return opening;
  }

  async #openNow(
    target: ChannelTarget,
    { machine = 'new', order, ...waiting }: TakeOptions,
  ): Promise<HeldChannel | undefined> {
    const { leases, line, clock, open, orders } = this.#options;
    const displaced = new AbortController();
    let held: HeldChannel | undefined;
    const offer = order === undefined ? undefined : { orders, order };
    const slot = await waitForSlot(this.#options, target, { ...waiting, offer });
    if (slot === undefined) return undefined;
    const lease: KeptLease = new KeptLease(slot, {
      leases,
      clock,
      onTick: async () => {
        const isWanted = held !== undefined && (await line.isWanted(target.sandboxId).catch(() => false));
        if (held && isWanted && (await this.#serve(target, held))) displaced.abort();
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

  async #give(target: ChannelTarget, { opening, channel, how }: Given): Promise<void> {
    const { sandboxId, wantedUntil } = target;
    const isWanted = wantedUntil !== null && Date.parse(wantedUntil) > this.#options.clock.now();
    if (how === 'broken') {
      channel.endTurn();
      this.#forget(sandboxId, opening);
      await channel.end('at once');
      await this.#serving.get(channel);
      return;
    }
    // Still within the turn: the lease is kept, and what was picked up is sent before this environment may freeze.
    const isDue = channel.displaced.aborted || isWanted;
    const isUp = isDue && (await this.#serve(target, channel));
    await this.#serving.get(channel);
    channel.endTurn();
    if (isUp && !channel.isBusy) {
      this.#forget(sandboxId, opening);
      await channel.end('in peace');
    }
  }

  /** Whether the slot is to be given up. One time after the other. Never rejects: where the line can't be seen, somebody may wait. */
  #serve(target: ChannelTarget, channel: HeldChannel): Promise<boolean> {
    const serve = async () => {
      await this.#serving.get(channel);
      const send = (order: string) => this.#options.startOrder(channel.http, order);
      return serveLine(this.#options, target.sandboxId, { slots: slotsOf(target), send });
    };
    const serving = serve().catch(() => true);
    this.#serving.set(channel, serving);
    return serving;
  }

  #use(sandboxId: string, opening: Opening<HeldChannel | undefined>): void {
    this.#channels.delete(sandboxId);
    this.#channels.set(sandboxId, opening);
    if (this.#channels.size > (this.#options.most ?? 32)) void this.#giveUpOldest();
  }

  async #giveUpOldest(): Promise<void> {
    for (const [sandboxId, opening] of this.#channels) {
      const channel = await opening.done.catch(() => undefined);
      if (channel?.isBusy) continue;
      this.#forget(sandboxId, opening);
      await channel?.end('in peace');
      return;
    }
  }

  #forget(sandboxId: string, opening: Opening<HeldChannel | undefined>): void {
    if (this.#channels.get(sandboxId) === opening) this.#channels.delete(sandboxId);
  }
}
