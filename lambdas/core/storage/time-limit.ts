import type { Clock } from '../../../contract/clock.ts';

/** Whether there is time for more; true for `ms` from now. */
export function timeFor(ms: number, clock: Clock): () => boolean {
  const endMs = clock.now() + ms;
  return () => clock.now() < endMs;
}
