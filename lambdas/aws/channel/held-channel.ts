import type { ClientHttp2Session } from 'node:http2';
import type { Clock } from '../../../contract/clock.ts';
import type { Lease, SlotLeases } from '../dynamodb/slot-leases.ts';
import type { OpenChannel } from './open-channel.ts';

// The far end lives for a minute after the last word, and the lease must outlast it.
const coverMs = 65_000;
const renewEveryMs = 10_000;

/** An open channel and the lease of its slot. It is used in turns, and closed by itself before an idle lease runs out. */
export class HeldChannel {
  readonly generation: number;
  readonly #channel: OpenChannel;
  readonly #leases: SlotLeases;
  readonly #clock: Clock;
  #lease: Lease;
  #turns = 0;
  #ended: Promise<void> | undefined;
  #timer: Disposable | undefined;

  constructor(
    channel: OpenChannel,
    { lease, leases, clock, generation }: { lease: Lease; leases: SlotLeases; clock: Clock; generation: number },
  ) {
    this.generation = generation;
    this.#channel = channel;
    this.#lease = lease;
    this.#leases = leases;
    this.#clock = clock;
  }

  get http(): ClientHttp2Session {
    return this.#channel.http;
  }

  get isBusy(): boolean {
    return this.#turns > 0;
  }

  /** Whether there is any use in trying it. After a freeze the clock alone says that the far end has given up. */
  get isUsable(): boolean {
    const { closed, destroyed } = this.#channel.http;
    return this.#ended === undefined && !closed && !destroyed && this.#clock.now() < this.#lease.expiresAtMs;
  }

  /** Begins a turn, during which the lease is kept; false when it has been lost. */
  async beginTurn(): Promise<boolean> {
    this.#turns++;
    if (await this.#cover()) {
      this.#watch();
      return true;
    }
    this.#turns--;
    return false;
  }

  endTurn(): void {
    this.#turns--;
    this.#watch();
  }

  /** Ends the channel and gives its slot back; `atOnce` when something is wrong with it. Never rejects; harmless to repeat. */
  end(how: 'in peace' | 'at once'): Promise<void> {
    this.#ended ??= this.#end(how);
    return this.#ended;
  }

  async #end(how: 'in peace' | 'at once'): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    await (how === 'in peace' ? this.#channel.close() : this.#channel.terminate());
    // When this fails the lease runs out by itself.
    await this.#leases.release(this.#lease).catch(() => undefined);
  }

  /** Sees to it that the lease outlasts a word said now. */
  async #cover(): Promise<boolean> {
    if (this.#lease.expiresAtMs - this.#clock.now() >= coverMs) return true;
    const renewed = await this.#leases.renew(this.#lease);
    if (renewed !== undefined) this.#lease = renewed;
    return renewed !== undefined;
  }

  #watch(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#ended !== undefined) return;
    const idleMs = this.#lease.expiresAtMs - this.#clock.now() - renewEveryMs;
    this.#timer = this.isBusy
      ? this.#clock.after(renewEveryMs, () => void this.#keep())
      : this.#clock.after(Math.max(0, idleMs), () => void this.end('in peace'));
  }

  async #keep(): Promise<void> {
    // A table that can't be reached for a moment says nothing about the lease.
    const isKept = await this.#cover().catch(() => this.isUsable);
    if (isKept) this.#watch();
    else await this.end('at once');
  }
}
