import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';

// How long a channel that failed is not asked for again.
const restMs = 30_000;

/** What is wrong with the call is wrong on the other way too. */
export const callFaults: readonly ErrorCode[] = [
  'invalid_request',
  'unauthenticated',
  'idempotency_conflict',
  'conflict',
  'session_busy',
  'rate_limited',
  'too_large',
];

/** The channel broke, and nobody knows whether it was heard. */
export const unsure: readonly ErrorCode[] = ['connection_lost', 'timed_out'];

/** Whether a sandbox's channel is left alone, since it failed a while ago. All that goes through it shares one. */
export class ChannelRest {
  readonly #clock: Clock;
  #untilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The answer by the channel, unless that rests or fails, else by the other way. Throws what the other way would not change, as
   * `faults` says, and the reason of the signal.
   */
  async either<T>(
    { channel, http }: { readonly channel: () => Promise<T>; readonly http: () => Promise<T> },
    faults: ReadonlySet<ErrorCode>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (!this.rests()) {
      try {
        return await channel();
      } catch (error) {
        signal?.throwIfAborted();
        this.begin(error, faults);
      }
    }
    return http();
  }

  /** Whether everything goes the other way now. */
  rests(): boolean {
    return this.#clock.now() < this.#untilMs;
  }

  /** Rethrows what the other way would not change, else lets the channel rest. */
  begin(error: unknown, faults: ReadonlySet<ErrorCode>): void {
    if (!(error instanceof SandboxError) || faults.has(error.code)) throw error;
    this.#untilMs = error.code === 'forbidden' ? Number.POSITIVE_INFINITY : this.#clock.now() + restMs;
  }

  /** The channel is not asked for again. */
  forGood(): void {
    this.#untilMs = Number.POSITIVE_INFINITY;
  }
}
