import type { Clock } from '../../../contract/clock.ts';
import type { ChannelTarget } from '../../core/ports.ts';
import type { SlotLeases } from '../dynamodb/slot-leases.ts';
import { HeldChannel } from './held-channel.ts';
import type { Acquaintance, OpenChannel } from './open-channel.ts';
import { waitForSlot } from './wait-for-slot.ts';

export interface KeptOptions {
  readonly clock: Clock;
  readonly leases: SlotLeases;
  readonly open: (target: ChannelTarget, machine: Acquaintance) => Promise<OpenChannel>;
  /** The most channels that one environment keeps. @default 32 */
  readonly most?: number;
}

/** One use of a channel. */
export interface Turn {
  readonly channel: HeldChannel;
  /** Gives the channel back; `broken` ends it. To be awaited: the environment may freeze right after its answer. */
  end(how: 'well' | 'broken'): Promise<void>;
}

/** The channels of this environment, kept from one call to the next, the least used one given up first. */
export class KeptChannels {
  readonly #options: KeptOptions;
  readonly #channels = new Map<string, Promise<HeldChannel>>();

  constructor(options: KeptOptions) {
    this.#options = options;
  }

  /** A channel to the target for one turn: the one that is open, or a new one. Throws what opening one throws. */
  async take(target: ChannelTarget, machine: Acquaintance = 'new'): Promise<Turn> {
    for (;;) {
      const known = this.#channels.get(target.sandboxId);
      const opening = known ?? this.#open(target, machine);
      const channel = await opening;
      const fits = channel.generation === target.generation && channel.isUsable && (await channel.beginTurn());
      if (fits) {
        this.#use(target.sandboxId, opening);
        return { channel, end: (how) => this.#give(target, opening, channel, how) };
      }
      this.#forget(target.sandboxId, opening);
      await channel.end('at once');
    }
  }

  /** Ends every channel. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#channels.values()];
    this.#channels.clear();
    await Promise.allSettled(all.map(async (opening) => await (await opening).end('in peace')));
  }

  #open(target: ChannelTarget, machine: Acquaintance): Promise<HeldChannel> {
    const opening = this.#openNow(target, machine);
    this.#channels.set(target.sandboxId, opening);
    opening.catch(() => this.#forget(target.sandboxId, opening));
    return opening;
  }

  async #openNow(target: ChannelTarget, machine: Acquaintance): Promise<HeldChannel> {
    const { leases, clock, open } = this.#options;
    const lease = await waitForSlot(leases, target, clock);
    try {
      return new HeldChannel(await open(target, machine), { lease, leases, clock, generation: target.generation });
    } catch (error) {
      await leases.release(lease).catch(() => undefined);
      throw error;
    }
  }

  async #give(
    target: ChannelTarget,
    opening: Promise<HeldChannel>,
    channel: HeldChannel,
    how: 'well' | 'broken',
  ): Promise<void> {
    channel.endTurn();
    const isWanted = target.wantedUntil !== null && Date.parse(target.wantedUntil) > this.#options.clock.now();
    if (how === 'broken') {
      this.#forget(target.sandboxId, opening);
      await channel.end('at once');
    } else if (isWanted && !channel.isBusy) {
      this.#forget(target.sandboxId, opening);
      await channel.end('in peace');
    }
  }

  #use(sandboxId: string, opening: Promise<HeldChannel>): void {
    this.#channels.delete(sandboxId);
    this.#channels.set(sandboxId, opening);
    if (this.#channels.size > (this.#options.most ?? 32)) void this.#giveUpOldest();
  }

  async #giveUpOldest(): Promise<void> {
    for (const [sandboxId, opening] of this.#channels) {
      const channel = await opening.catch(() => undefined);
      if (channel?.isBusy) continue;
      this.#forget(sandboxId, opening);
      await channel?.end('in peace');
      return;
    }
  }

  #forget(sandboxId: string, opening: Promise<HeldChannel>): void {
    if (this.#channels.get(sandboxId) === opening) this.#channels.delete(sandboxId);
  }
}
