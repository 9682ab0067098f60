import type { Clock } from '../../contract/clock.ts';

/** Whether there is time for more. */
export type HasTime = () => boolean;

/** True for `ms` from now. */
export function timeFor(ms: number, clock: Clock): HasTime {
  const endMs = clock.now() + ms;
  return () => clock.now() < endMs;
}
