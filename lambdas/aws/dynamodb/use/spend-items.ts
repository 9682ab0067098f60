import * as z from 'zod';
import { microsOf, microsPerHour } from '../../../../contract/api/use/prices.ts';
import type { Spend } from '../../../core/admin/ports.ts';
import type { SandboxRecord } from '../../../core/sandboxes/record.ts';
import { dayOf, startOfDay } from '../../../core/usage/billed-days.ts';

// What runs is summed by the day of its launch. A machine costs rate x (now - launch) = rate x (now - midnight) - credit, where the
// credit is what it would have cost from midnight to its launch: so a sum of rates and one of credits say what all of them have
// cost by now, and nobody has to look at each.

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Machines that were launched on one day, of one shard, and what those cost that ended on it. In millionths of a dollar. */
export const SpendItem = z.object({
  day: z.string(),
  running: z.number().default(0),
  /** An hour. */
  rate: z.number().default(0),
  credit: z.number().default(0),
  ended: z.number().default(0),
});
export type SpendItem = z.infer<typeof SpendItem>;

/** What a machine adds to the item of the day of its launch while it runs. */
export function runningParts(size: SandboxRecord['size'], launchedMs: number) {
  const credit = microsOf(size, launchedMs - startOfDay(launchedMs));
  return { running: 1, rate: microsPerHour(size), credit };
}

/** Everything that was spent since midnight, from the items of the days before. */
export function spendOf(items: readonly SpendItem[], nowMs: number): Spend {
  const today = dayOf(nowMs);
  const sinceMidnight = (nowMs - startOfDay(nowMs)) / hourMs;
  let micros = 0;
  let running = 0;
  let rate = 0;
  for (const item of items) {
    running += item.running;
    rate += item.rate;
    micros += item.rate * sinceMidnight;
    if (item.day === today) micros += item.ended - item.credit;
  }
  return { todayUsd: Math.max(0, Math.round(micros)) / 1e6, running, usdPerHour: rate / 1e6 };
}

/** Launches before this day are left out of what is spent: very few machines get so old. */
export const firstSpendDay = (nowMs: number): string => dayOf(nowMs - 31 * dayMs);
