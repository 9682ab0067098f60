import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readContents } from '../bodies/read-contents.ts';
import type { Received } from '../bodies/receive-body.ts';
import { algorithmOf, type ChecksumAlgorithm } from '../checksums/algorithms.ts';
import type { Blobs } from '../store/blobs.ts';
import type { PinnedObject } from '../store/object-store.ts';

/** A copy of a part of an object's contents, measured as if it had been sent. The source is released. */
export async function copyContents(
  blobs: Blobs,
  source: PinnedObject,
  { start, end }: { readonly start: number; readonly end: number },
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Received> {
  const md5 = createHash('md5');
  const sum = algorithm && algorithmOf(algorithm).start();
  const measured = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of readContents(blobs, source.record, { start, end })) {
      md5.update(piece);
      sum?.update(piece);
      yield piece;
    }
  };
  try {
    const blob = await blobs.write(measured());
    const checksum = algorithm && sum ? { algorithm, value: sum.digest().toString('base64') } : null;
    return { blob, md5: md5.digest('hex'), checksum };
  } finally {
    await source.release();
  }
}
