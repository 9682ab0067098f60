import * as z from 'zod';
import type { Head } from './head.ts';
import { homeLimits } from './limits.ts';

/** Which checkpoints of a home are kept beside the newest. */
export const Retention = z.object({
  newest: z.number().int().min(1).max(500).default(20).describe('so many, whatever made them'),
  days: z.number().int().min(0).max(3_650).default(30).describe('those that somebody asked for, so long'),
});
export type Retention = z.infer<typeof Retention>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A head without what is no longer kept; what it drops stays named for the hours of grace. Changes nothing twice. */
export function retained(head: Head, { newest, days }: Retention, nowMs: number): Head {
  const isKept = ({ cause, saved_at }: Head['checkpoints'][number], rank: number): boolean =>
    rank < newest || (cause === 'asked' && nowMs - Date.parse(saved_at) <= days * dayMs);
  const checkpoints = head.checkpoints.filter(isKept).slice(0, homeLimits.checkpoints);
  const kept = new Set(checkpoints);
  const at = new Date(nowMs).toISOString();
  const gone = head.checkpoints.filter((one) => !kept.has(one)).map(({ checkpoint_id }) => ({ checkpoint_id, at }));
  const recent = head.dropped.filter((one) => nowMs - Date.parse(one.at) < homeLimits.graceHours * hourMs);
  return { ...head, checkpoints, dropped: [...gone, ...recent].slice(0, homeLimits.checkpoints) };
}
