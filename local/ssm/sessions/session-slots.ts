import type { Clock } from '../../../contract/clock.ts';
import { sessionLimits } from '../data-channel/pace.ts';

/** What becomes of a session for which there is neither a slot nor a place in the queue. */
export type WhenFull = 'hang' | 'refuse';

/** What takes a slot; `run` never rejects and lasts as long as it is held. */
export interface SlotHolder {
  readonly isOver: boolean;
  run(): Promise<void>;
}

export interface SlotOptions {
  readonly limit: number;
  readonly whenFull: WhenFull;
  readonly clock: Clock;
  /** The exec agent has locked up: no session runs any more. */
  readonly onLockedUp: () => void;
}

/** The worker slots of one machine's exec agent, its queue of one, and the control loop that fills them in order. */
export class SessionSlots implements Disposable {
  readonly #options: SlotOptions;
  readonly #running = new Set<SlotHolder>();
  /** Sessions that the control loop hasn't got to yet. */
  readonly #arriving: SlotHolder[] = [];
  #queued: SlotHolder | undefined;
  /** How often there was no place for the first one that arrives. */
  #failedTries = 0;
  #nextTry: Disposable | undefined;
  #isLockedUp = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** Sessions that hold a slot. */
  get taken(): number {
    return this.#running.size;
  }

  /**
   * Runs the session now, or once a slot is free. With `refuse` false says that there is no place for it, and nothing else
   * comes of it. With `hang` one that finds no place in four seconds locks up the control loop: neither it nor a later
   * one ever runs.
   */
  admit(session: SlotHolder): boolean {
    if (this.#options.whenFull === 'refuse') return this.#place(session);
    this.#arriving.push(session);
    if (!this.#nextTry && !this.#isLockedUp) this.#placeArriving();
    return true;
  }

  /** Nothing arrives any more. */
  [Symbol.dispose](): void {
    this.#nextTry?.[Symbol.dispose]();
    this.#arriving.length = 0;
    this.#isLockedUp = true;
  }

  #placeArriving(): void {
    for (let first = this.#arriving[0]; first; first = this.#arriving[0]) {
      if (!first.isOver && !this.#place(first)) {
        this.#tryLater();
        return;
      }
      this.#arriving.shift();
      this.#failedTries = 0;
    }
  }

  #tryLater(): void {
    this.#failedTries += 1;
    if (this.#failedTries === sessionLimits.placingTries) {
      this.#isLockedUp = true;
      this.#options.onLockedUp();
      return;
    }
    this.#nextTry = this.#options.clock.after(sessionLimits.placingPauseMs, () => {
      this.#nextTry = undefined;
      this.#placeArriving();
    });
  }

  #place(session: SlotHolder): boolean {
    if (this.#running.size < this.#options.limit) this.#run(session);
    else if (!this.#queued || this.#queued.isOver) this.#queued = session;
    else return false;
    return true;
  }

  #run(session: SlotHolder): void {
    this.#running.add(session);
    void session.run().then(() => {
      this.#running.delete(session);
      const next = this.#queued;
      this.#queued = undefined;
      if (next && !next.isOver) this.#run(next);
    });
  }
}
