import { Buffer } from 'node:buffer';
import { createHash, randomFillSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Call } from '../../files/helper/call.ts';
import type { Paths } from '../../files/helper/paths.ts';
import { maxPayloadBytes as frameBytes } from '../../files/wire/frames.ts';
import type { HomeInputs, Reading, ReadResult } from '../wire/home-operations.ts';
import { entryPath } from './entry-path.ts';
import { withSpace } from './lent-space.ts';
import { readStretch } from './read-stretch.ts';

const zstd = promisify(zlib.zstdCompress);
const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
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
    await pack(readings, home, space.of(bytes), call);
    await call.flushed();
  });
  return {};
}

/** Everything is read to where it ends up. */
async function pack(readings: readonly Reading[], home: Buffer, space: Buffer, call: Call): Promise<void> {
  randomFillSync(space, 0, saltBytes);
  const results: (ReadResult | null)[] = [];
  let offset = saltBytes;
  for (const { offset: from, length, stored, ...path } of readings) {
    call.beat();
    const read = readStretch(entryPath(home, path), from, space.subarray(offset, offset + length));
    if (read === undefined) results.push(null);
    else {
      const sha256 = createHash('sha256').update(read.bytes).digest('hex');
      const size = read.bytes.length;
      results.push({ ...read.file, size, sha256, ...(sha256 !== stored && { offset }) });
      if (sha256 !== stored) offset += size;
    }
    if (results.length % 50 === 0) await setImmediate();
  }
  for (let at = 0; at < results.length; at += batchFiles) await call.item(results.slice(at, at + batchFiles));
  const raw = offset === saltBytes ? nothing : space.subarray(0, offset);
  const packed = await compressed(raw);
  const stored = packed ?? raw;
  await call.item({ encoding: packed ? 'zstd' : 'identity', raw_size: raw.length, size: stored.length });
  for (let at = 0; at < stored.length; at += frameBytes) await call.data(stored.subarray(at, at + frameBytes));
}

/** Compressed, where it pays. Samples of all parts are tried first: what is compressed already is not tried as a whole. */
async function compressed(raw: Buffer): Promise<Buffer | undefined> {
  if (raw.length > 2 * samples * sampleBytes) {
    const step = Math.floor(raw.length / samples);
    const parts = Array.from({ length: samples }, (_, at) => raw.subarray(at * step, at * step + sampleBytes));
    if ((await pressed(Buffer.concat(parts))).length > 0.9 * samples * sampleBytes) return undefined;
  }
  const packed = await pressed(raw);
  return packed.length < 0.95 * raw.length ? packed : undefined;
}

// Room for all that comes out: it is made in one go, and not in pieces that have to be put together.
const pressed = (raw: Buffer): Promise<Buffer> => zstd(raw, { params, chunkSize: raw.length + 1_024 });
