import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../../../files/helper/call.ts';
import { FileFault } from '../../../files/helper/file-fault.ts';
import type { Paths } from '../../../files/helper/paths.ts';
import type { LayHead, Laying } from '../../wire/home-operations.ts';
import { entryPath } from '../entry-path.ts';
import { withSpace } from '../lent-space.ts';
import { decompress, letGoWhole } from '../zstd.ts';
import { stagingOf } from './staging.ts';

const writing = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

/** Writes what a blob has of files to where they are staged. Rejects with `file_changed` when it isn't what was saved. */
export async function layContents(_input: object, paths: Paths, call: Call): Promise<object> {
  const staging = stagingOf(paths.resolve({ path: '.' }));
  const length = Buffer.alloc(4);
  await call.fill(length);
  const text = Buffer.alloc(length.readUInt32BE());
  await call.fill(text);
  const head = JSON.parse(text.toString()) as LayHead;
  await withSpace(async (space) => {
    const stored = space.of(head.size);
    await call.fill(stored);
    await layOut(head, stored, staging, call);
  });
  return {};
}

async function layOut({ encoding, raw_size, layings }: LayHead, stored: Buffer, staging: Buffer, call: Call) {
  const unpacked = encoding === 'zstd' ? decompress(stored, raw_size) : undefined;
  const raw = unpacked ?? stored;
  for (const [index, laying] of layings.entries()) {
    call.beat();
    if (index % 50 === 49) await setImmediate();
    lay(staging, raw, laying);
  }
  unpacked && letGoWhole(unpacked);
}

function lay(staging: Buffer, raw: Buffer, { at, offset, size, sha256, ...path }: Laying): void {
  const bytes = raw.subarray(offset, offset + size);
  if (hash('sha256', bytes) !== sha256) throw new FileFault('file_changed');
  const descriptor = openSync(entryPath(staging, path), writing, 0o600);
  try {
    for (let done = 0; done < size; ) done += writeSync(descriptor, bytes, done, size - done, at + done);
  } finally {
    closeSync(descriptor);
  }
}
