import type { Rate } from '../../../contract/account-limits.ts';
import type { Clock } from '../../../contract/clock.ts';

/** Resolves when it is the caller's turn. */
export type Pace = () => Promise<void>;

// Callers of the API live by the same limits, and are waited for.
const share = 0.5;

/** Turns at half of an account's rate, one after the other, without its burst: that is the callers'. */
export function halfOf({ perSecond }: Rate, clock: Clock): Pace {
  const everyMs = 1000 / (perSecond * share);
  let nextMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.now();
    const turnMs = Math.max(nowMs, nextMs);
    nextMs = turnMs + everyMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
  };
}
