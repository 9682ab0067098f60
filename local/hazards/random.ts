import { createHash } from 'node:crypto';

/** Answers a number from 0 up to, but not, 1. */
export type Random = () => number;

/**
 * Numbers that are the same in each run with this seed. Every hazard draws by a label of its own, so that what befalls
 * one part doesn't depend on how often another one was tried.
 */
export function randomFor(seed: number, label: string): Random {
  let state = createHash('sha256').update(`${seed} ${label}`).digest().readUInt32LE(0);
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
