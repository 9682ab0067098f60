import { isDeepStrictEqual } from 'node:util';
import type { Head } from '../../../../contract/home/head.ts';
import { retained } from '../../../../contract/home/retention.ts';
import type { TidyPorts } from './ports.ts';

interface Retained {
  readonly head: Head;
  readonly dropped: number;
}

/**
 * Drops the checkpoints of a home that are no longer kept. Undefined where somebody saves at this moment: that save does the
 * same. A home without a head has none.
 */
export async function applyRetention(
  { homes, keep, clock }: Pick<TidyPorts, 'homes' | 'keep' | 'clock'>,
  userId: string,
): Promise<Retained | 'no head' | undefined> {
  const read = await homes.head(userId);
  if (read === undefined) return 'no head';
  const head = retained(read.head, keep, clock.now());
  const dropped = read.head.checkpoints.length - head.checkpoints.length;
  if (isDeepStrictEqual(head, read.head)) return { head, dropped };
  return (await homes.replaceHead(userId, read, head)) ? { head, dropped } : undefined;
}
