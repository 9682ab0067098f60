import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Deadline } from './deadline.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** Attempts in all, the first included, since the last progress. */
  readonly attempts: number;
  /** Whether a call may be sent again when nobody knows what became of it. */
  readonly repeatable: boolean;
  readonly deadline: Deadline;
}

const firstDelayMs = 200;
const longestDelayMs = 5_000;
// Longer than this is for the caller to decide.
const longestRetryAfterMs = 20_000;

// The service can't have begun what it was asked.
const notBegun: ReadonlySet<ErrorCode> = new Set([
  'unreachable',
  'rate_limited',
  'quota_exceeded',
  'sandbox_not_ready',
  'conflict',
]);

/** Decides whether, and waits until, a failed call is tried again: exponential back-off with jitter, or Retry-After. */
export class Retries {
  readonly #options: RetryOptions;
  #failed = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Resolves when the next attempt is due. Throws `error` itself when another attempt is wrong, or comes too late. */
  async again(error: unknown): Promise<void> {
    const { clock, attempts, repeatable, deadline } = this.#options;
    this.#failed += 1;
    if (!(error instanceof SandboxError) || !error.retry) throw error;
    if (deadline.signal.aborted || this.#failed >= attempts) throw error;
    if (!repeatable && !notBegun.has(error.code)) throw error;
    const delayMs = this.#delayMs(error.retryAfterSeconds);
    if (delayMs === undefined || clock.now() + delayMs >= deadline.at) throw error;
    await clock.sleep(delayMs, deadline.signal);
  }

  /** The work got further: what failed before no longer counts. */
  progress(): void {
    this.#failed = 0;
  }

  #delayMs(retryAfterSeconds: number | undefined): number | undefined {
    const jitter = 0.5 + Math.random() / 2;
    if (retryAfterSeconds === undefined) {
      return Math.min(firstDelayMs * 2 ** (this.#failed - 1), longestDelayMs) * jitter;
    }
    const wantedMs = retryAfterSeconds * 1_000;
    // Never earlier than asked; spread, so that all who were refused don't come back at once.
    return wantedMs > longestRetryAfterMs ? undefined : wantedMs + firstDelayMs * jitter;
  }
}
