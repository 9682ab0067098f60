import type { BigIntStats } from 'node:fs';

// The kernel's clock ticks: of two changes in one tick the second leaves no mark.
const tickMs = 100;

/** What a file's contents hang on, as far as the kernel tells. */
export const fingerprintOf = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string =>
  `${size}.${mtimeNs}.${ctimeNs}.${ino}`;

/** Whether a change from now on would show. */
export const isSettled = ({ ctimeMs }: BigIntStats): boolean => Number(ctimeMs) < Date.now() - tickMs;

/** When it was last written to, in microseconds. */
export const microseconds = ({ mtimeNs }: BigIntStats): number => Number(mtimeNs / 1_000n);
