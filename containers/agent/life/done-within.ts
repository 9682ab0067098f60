import type { Clock } from '../../../contract/clock.ts';

/** Waits for work, but no longer than `ms`; answers whether it was done by then. Rejects as the work does. */
export async function doneWithin(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  using _ = clock.after(ms, () => resolve(false));
  return await Promise.race([work.then(() => true), late]);
}
