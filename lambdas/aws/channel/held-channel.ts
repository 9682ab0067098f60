import type { ClientHttp2Session } from 'node:http2';
import type { Clock } from '../../../contract/clock.ts';
import type { KeptLease } from './kept/kept-lease.ts';
import type { OpenChannel } from './kept/open-channel.ts';
import { settleMs } from './kept/take-turn.ts';
import { closedMs } from './kept/wait-for-slot.ts';

// An idle channel is closed before its far end gives it up, which happens after 60 s.
const idleMs = 45_000;
const goneMs = 55_000;
const farEndMs = 62_000;
// A timer this much late means that this environment was frozen, most likely for want of a call, and a call has come.
const frozenMs = 1_000;

/** An open channel and the lease of its slot. It is used in turns, and closed by itself when it has been idle. */
export class HeldChannel {
  readonly generation: number;
  readonly #channel: OpenChannel;
  readonly #lease: KeptLease;
  readonly #clock: Clock;
  readonly #displaced: AbortSignal;
  #ended: Promise<void> | undefined;
  #timer: Disposable | undefined;

  constructor(
    channel: OpenChannel,
    options: { lease: KeptLease; clock: Clock; generation: number; displaced: AbortSignal },
  ) {
    this.generation = options.generation;
    this.#channel = channel;
    this.#lease = options.lease;
    this.#clock = options.clock;
    this.#displaced = options.displaced;
  }

  get http(): ClientHttp2Session {
    return this.#channel.http;
  }

  get isBusy(): boolean {
    return this.#lease.isWorked;
  }

  /** Aborts when others wait for a channel: turns are to end as soon as they can. */
  get displaced(): AbortSignal {
    return this.#displaced;
  }

  /** Whether there is any use in trying it. After a freeze the clock alone says that the far end has given up. */
  get isUsable(): boolean {
    const { closed, destroyed } = this.#channel.http;
    return this.#ended === undefined && !closed && !destroyed && this.#lease.idleMs < goneMs;
  }

  /** Begins a turn, during which the lease is kept; false when it has been lost. */
  async beginTurn(): Promise<boolean> {
    this.#timer?.[Symbol.dispose]();
    return await this.#lease.begin();
  }

  endTurn(): void {
    this.#lease.end();
    this.#watchIdle(idleMs);
  }

  /** Ends the channel and gives its slot back; `atOnce` when something is wrong with it. Never rejects; harmless to repeat. */
  end(how: 'in peace' | 'at once'): Promise<void> {
    this.#ended ??= this.#end(how);
    return this.#ended;
  }

  async #end(how: 'in peace' | 'at once'): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    const isGone = this.#lease.idleMs >= farEndMs;
    const isClosed = await (how === 'in peace' ? this.#channel.close() : this.#channel.terminate());
    await this.#lease.release(isClosed || isGone ? closedMs : settleMs);
  }

  #watchIdle(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#ended !== undefined || this.isBusy) return;
    const due = this.#clock.now() + ms;
    this.#timer = this.#clock.after(ms, () => {
      if (this.#clock.now() - due > frozenMs) this.#watchIdle(frozenMs);
      else void this.end('in peace');
    });
  }
}
