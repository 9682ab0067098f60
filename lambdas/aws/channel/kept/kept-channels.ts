import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { HeldChannel } from '../held-channel.ts';
import { type LineOptions, LineServer } from './line-server.ts';
import { type HeldOptions, openHeld } from './open-held.ts';
import { Opening } from './opening.ts';
import type { TakeOptions, Turn } from './turn.ts';

export interface KeptOptions extends HeldOptions, LineOptions {
  /** The most channels that one environment keeps. @default 32 */
  readonly most?: number;
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
  readonly #server: LineServer;

  constructor(options: KeptOptions) {
    this.#options = options;
    this.#server = new LineServer(options);
  }

  /**
   * A channel to the target for one turn: the one that is open, or a new one. Undefined when somebody else has sent the order. Throws
   * what opening one throws, and the signal's reason.
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
    if (isNew) void this.#server.serve(target, channel);
    return { channel, end: (how) => this.#give(target, { opening, channel, how }) };
  }

  /** Ends every channel. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#channels.values()];
    this.#channels.clear();
    await Promise.allSettled(all.map(async ({ done }) => await (await done)?.end('in peace')));
  }

  #open(target: ChannelTarget, options: TakeOptions): Opening<HeldChannel | undefined> {
    const opening = new Opening((signal) =>
      openHeld({ ...this.#options, server: this.#server }, target, { ...options, signal }),
    );
    this.#channels.set(target.sandboxId, opening);
    opening.done.catch(() => this.#forget(target.sandboxId, opening));
    return opening;
  }

  async #give(target: ChannelTarget, { opening, channel, how }: Given): Promise<void> {
    const { sandboxId, wantedUntil } = target;
    const isWanted = wantedUntil !== null && Date.parse(wantedUntil) > this.#options.clock.now();
    if (how === 'broken') {
      channel.endTurn();
      this.#forget(sandboxId, opening);
      await channel.end('at once');
      await this.#server.rest(channel);
      return;
    }
    // Still within the turn: the lease is kept, and what was picked up is sent before this environment may freeze.
    const isDue = channel.displaced.aborted || isWanted;
    const isUp = isDue && (await this.#server.serve(target, channel));
    await this.#server.rest(channel);
    channel.endTurn();
    if (isUp && !channel.isBusy) {
      this.#forget(sandboxId, opening);
      await channel.end('in peace');
    }
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
