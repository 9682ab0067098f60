import { microsOf, shortestBilledMs } from '../../../contract/api/use/prices.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';

const dayMs = 86_400_000;

// Who keeps a sandbox alive for longer finds the rest on the first of these days: an end is one transaction, which has its bounds.
const mostDays = 60;

/** What a machine used on one day, by UTC. */
export interface BilledDay {
  readonly day: string;
  readonly seconds: number;
  /** Millionths of a dollar. */
  readonly micros: number;
}

/** When the day of a time began, in ms. */
export const startOfDay = (ms: number): number => ms - (ms % dayMs);

/** The day of a time, as `2027-01-15`. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * The days on which a machine ran, oldest first. Their sums are exactly what the whole time costs: each day has the difference
 * between what had been used at its end and at its beginning.
 */
export function billedDays(size: SandboxRecord['size'], launchedMs: number, endedMs: number): readonly BilledDay[] {
  const untilMs = Math.max(endedMs, launchedMs + shortestBilledMs);
  const earliest = startOfDay(untilMs - 1) - (mostDays - 1) * dayMs;
  const usedBy = (ms: number) => ({
    seconds: Math.round((ms - launchedMs) / 1000),
    micros: microsOf(size, ms - launchedMs),
  });
  const days: BilledDay[] = [];
  let before = { seconds: 0, micros: 0 };
  for (let day = Math.max(startOfDay(launchedMs), earliest); day < untilMs; day += dayMs) {
    const now = usedBy(Math.min(day + dayMs, untilMs));
    days.push({ day: dayOf(day), seconds: now.seconds - before.seconds, micros: now.micros - before.micros });
    before = now;
  }
  return days;
}
