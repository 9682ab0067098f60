import type { Clock } from '../clock.ts';

// In any one second at most the rate and this many more go out.
const burstMessages = 40;

/** Keeps messages under a rate. Acknowledgements go first and may put it into debt, which what is paced then waits for. */
export class Pacer {
  readonly #clock: Clock;
  readonly #perMs: number;
  #tokens = burstMessages;
  #filledAt: number;

  constructor(clock: Clock, messagesPerSecond = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#perMs = messagesPerSecond / 1000;
    this.#filledAt = clock.now();
  }

  /** Milliseconds until a paced message may go; 0 for now. */
  get waitMs(): number {
    this.#fill();
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** Whether the debt is so high that even acknowledgements must not go. */
  get exhausted(): boolean {
    this.#fill();
    return this.#tokens <= -burstMessages;
  }

  spend(): void {
    this.#tokens -= 1;
  }

  #fill(): void {
    const now = this.#clock.now();
    const filled = this.#perMs === Number.POSITIVE_INFINITY ? burstMessages : (now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(burstMessages, this.#tokens + Math.max(0, filled));
    this.#filledAt = now;
  }
}
