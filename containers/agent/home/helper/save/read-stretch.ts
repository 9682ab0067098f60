import type { Buffer } from 'node:buffer';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isPassedBy } from '../../../files/helper/walk/walk.ts';
import type { ReadResult } from '../../wire/home-operations.ts';
import { fingerprintOf, isSettled, microseconds } from '../fingerprint.ts';

const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
const tries = 3;

interface Stretch {
  readonly bytes: Buffer;
  readonly file: Pick<ReadResult, 'file_size' | 'mode' | 'mtime_us' | 'fingerprint'>;
}

/**
 * Reads a stretch of a regular file into the space for it, again when the file changes meanwhile; one that never rests is taken as it was read last,
 * without a fingerprint. Undefined for what has gone, is no file any more, or can't be read.
 */
export function readStretch(path: string | Buffer, offset: number, space: Buffer): Stretch | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, reading);
  } catch (error) {
    if (isPassedBy(error)) return undefined;
    throw error;
  }
  try {
    for (let attempt = 1; ; attempt++) {
      const before = fstatSync(descriptor, { bigint: true });
      if (!before.isFile()) return undefined;
      const bytes = readAll(descriptor, offset, space.subarray(0, Math.max(0, Number(before.size) - offset)));
      const after = fstatSync(descriptor, { bigint: true });
      const isSame = fingerprintOf(before) === fingerprintOf(after);
      if (isSame || attempt === tries) return { bytes, file: described(before, isSame && isSettled(before)) };
    }
  } finally {
    closeSync(descriptor);
  }
}

const described = (stats: BigIntStats, isKnown: boolean): Stretch['file'] => ({
  file_size: Number(stats.size),
  mode: Number(stats.mode) & 0o7777,
  mtime_us: microseconds(stats),
  fingerprint: isKnown ? fingerprintOf(stats) : '',
});

function readAll(descriptor: number, offset: number, space: Buffer): Buffer {
  let done = 0;
  while (done < space.length) {
    const read = readSync(descriptor, space, done, space.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return space.subarray(0, done);
}
