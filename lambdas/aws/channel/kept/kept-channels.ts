import type { ChannelTarget } from '../../../core/ports.ts';
import { HeldChannel } from '../held-channel.ts';
import { KeptLease } from './kept-lease.ts';
import type { Acquaintance, OpenChannel } from './open-channel.ts';
import { Opening } from './opening.ts';
import { type SlotTools, settleMs, waitForSlot } from './wait-for-slot.ts';

export interface OpenOptions {
  readonly machine: Acquaintance;
  /** Told which session has begun, before anything is known of it. */
  readonly onSession: (sessionId: string) => void;
  /** Whether the channel may say a word of its own, to be kept. */
  readonly mayTalk: () => boolean;
}

export interface KeptOptions extends SlotTools {
  readonly open: (target: ChannelTarget, options: OpenOptions) => Promise<OpenChannel>;
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
}

/** The channels of this environment, kept from one call to the next, the least used one given up first. */
export class KeptChannels {
  readonly #options: KeptOptions;
  readonly #channels = new Map<string, Opening<HeldChannel>>();

  constructor(options: KeptOptions) {
    this.#options = options;
  }

  /** A channel to the target for one turn: the one that is open, or a new one. Throws what opening one throws, and the signal's reason. */
  async take(target: ChannelTarget, options: TakeOptions): Promise<Turn> {
    for (;;) {
      const known = this.#channels.get(target.sandboxId);
      const opening = known && !known.isGivenUp ? known : this.#open(target, options);
      const channel = await opening.wait(options.signal);
      const isFree = !channel.displaced.aborted;
      const fits =
        isFree && channel.generation === target.generation && channel.isUsable && (await channel.beginTurn());
      if (fits) {
        this.#use(target.sandboxId, opening);
        return { channel, end: (how) => this.#give(target, opening, channel, how) };
      }
      this.#forget(target.sandboxId, opening);
      // A channel that others wait for ends with its last turn.
      if (isFree || !channel.isBusy) await channel.end(isFree ? 'at once' : 'in peace');
    }
  }

  /** Ends every channel. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#channels.values()];
    this.#channels.clear();
    await Promise.allSettled(all.map(async ({ done }) => await (await done).end('in peace')));
  }

  #open(target: ChannelTarget, options: TakeOptions): Opening<HeldChannel> {
    const opening = new Opening((signal) => this.#openNow(target, { ...options, signal }));
    this.#channels.set(target.sandboxId, opening);
    opening.done.catch(() => this.#forget(target.sandboxId, opening));
    return opening;
  }

  async #openNow(target: ChannelTarget, { machine = 'new', ...waiting }: TakeOptions): Promise<HeldChannel> {
    const { leases, line, clock, open } = this.#options;
    const displaced = new AbortController();
    let held: HeldChannel | undefined;
    const lease: KeptLease = new KeptLease(await waitForSlot(this.#options, target, waiting), {
      leases,
      clock,
      onTick: async () => {
        const isWanted = held !== undefined && (await line.isWanted(target.sandboxId).catch(() => false));
        if (isWanted) displaced.abort();
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

  async #give(
    target: ChannelTarget,
    opening: Opening<HeldChannel>,
    channel: HeldChannel,
    how: 'well' | 'broken',
  ): Promise<void> {
    channel.endTurn();
    const { clock } = this.#options;
    const isWanted =
      channel.displaced.aborted || (target.wantedUntil !== null && Date.parse(target.wantedUntil) > clock.now());
    if (how === 'broken') {
      this.#forget(target.sandboxId, opening);
      await channel.end('at once');
    } else if (isWanted && !channel.isBusy) {
      this.#forget(target.sandboxId, opening);
      await channel.end('in peace');
    }
  }

  #use(sandboxId: string, opening: Opening<HeldChannel>): void {
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

  #forget(sandboxId: string, opening: Opening<HeldChannel>): void {
    if (this.#channels.get(sandboxId) === opening) this.#channels.delete(sandboxId);
  }
}
