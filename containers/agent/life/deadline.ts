import type { Clock } from '../../../contract/clock.ts';

interface Options {
  readonly clock: Clock;
  /** Asks for the current deadline, in bounded time; a later one is given to `set` before this fulfils. */
  readonly ask: () => Promise<unknown>;
  readonly onExpired: () => void;
}

/** Knows when time is up. Before it says so it asks whether that is still true; without an answer it is. */
export class Deadline implements Disposable {
  readonly #options: Options;
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: Disposable | undefined;
  #asking = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** When it is; infinite until it is set. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Sets the deadline, in milliseconds since the epoch; it may move both ways. */
  set(dueMs: number): void {
    if (dueMs === this.#dueMs) return;
    this.#dueMs = dueMs;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.after(Math.max(0, this.#dueMs - this.#options.clock.now()), () => this.#due());
  }

  #due(): void {
    if (this.#asking) return; // The answer decides.
    this.#asking = true;
    void this.#options.ask().finally(() => {
      this.#asking = false;
      if (this.#options.clock.now() >= this.#dueMs) this.#options.onExpired();
      else this.#arm();
    });
  }
}
