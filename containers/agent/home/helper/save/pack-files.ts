import { Buffer } from 'node:buffer';
import { hash, randomFillSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../../../files/helper/call.ts';
import type { Paths } from '../../../files/helper/paths.ts';
import { maxPayloadBytes as frameBytes } from '../../../files/wire/frames.ts';
import type { HomeInputs, Reading, ReadResult } from '../../wire/home-operations.ts';
import { entryPath } from '../entry-path.ts';
import { withSpace } from '../lent-space.ts';
import { compress, letGoWhole } from '../zstd.ts';
import { readStretch } from './read-stretch.ts';

const samples = 8;
const sampleBytes = 8 * 1024;
const batchFiles = 200;
// No blob is like another: what is removed can't be what somebody is just writing anew.
const saltBytes = 16;
const nothing = Buffer.alloc(0);

/** Sends what was read of each file, then the blob that holds it all: a head, and its bytes as they are to be stored. */
export async function packFiles({ readings }: HomeInputs['packFiles'], paths: Paths, call: Call): Promise<object> {
  const home = paths.resolve({ path: '.' });
  const bytes = readings.reduce((sum, { length }) => sum + length, saltBytes);
  await withSpace(async (space) => {
    const packed = await pack(readings, home, space.of(bytes), call);
    await call.flushed();
    packed && letGoWhole(packed);
  });
  return {};
}

/** Everything is read to where it ends up. Answers what lies elsewhere, since it is compressed. */
async function pack(
  readings: readonly Reading[],
  home: Buffer,
  space: Buffer,
  call: Call,
): Promise<Buffer | undefined> {
  randomFillSync(space, 0, saltBytes);
  const results: (ReadResult | null)[] = [];
  let offset = saltBytes;
  for (const { offset: from, length, stored, ...path } of readings) {
    call.beat();
    const read = readStretch(entryPath(home, path), from, space.subarray(offset, offset + length));
    if (read === undefined) results.push(null);
    else {
      const sha256 = hash('sha256', read.bytes);
      const size = read.bytes.length;
      results.push({ ...read.file, size, sha256, ...(sha256 !== stored && { offset }) });
      if (sha256 !== stored) offset += size;
    }
    if (results.length % 50 === 0) await setImmediate();
  }
  for (let at = 0; at < results.length; at += batchFiles) await call.item(results.slice(at, at + batchFiles));
  const raw = offset === saltBytes ? nothing : space.subarray(0, offset);
  const packed = compressed(raw);
  const stored = packed ?? raw;
  await call.item({ encoding: packed ? 'zstd' : 'identity', raw_size: raw.length, size: stored.length });
  for (let at = 0; at < stored.length; at += frameBytes) await call.data(stored.subarray(at, at + frameBytes));
  return packed;
}

/** Compressed, where it pays. Samples of all parts are tried first: what is compressed already is not tried as a whole. */
function compressed(raw: Buffer): Buffer | undefined {
  if (raw.length > 2 * samples * sampleBytes) {
    const step = Math.floor(raw.length / samples);
    const parts = Array.from({ length: samples }, (_, at) => raw.subarray(at * step, at * step + sampleBytes));
    if (compress(Buffer.concat(parts)).length > 0.9 * samples * sampleBytes) return undefined;
  }
  const packed = compress(raw);
  return packed.length < 0.95 * raw.length ? packed : undefined;
}
