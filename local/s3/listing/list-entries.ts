import { Buffer } from 'node:buffer';
import type { ObjectStore } from '../store/object-store.ts';
import { afterAll } from '../store/record-index.ts';
import type { ObjectRecord } from '../store/records.ts';
import type { Continuation } from './continuation.ts';

/** An object, or without a record the common prefix of several. */
export interface Entry {
  readonly name: string;
  readonly record?: ObjectRecord;
}

interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  readonly from: Continuation;
}

/** The entries of a bucket in order. What a common prefix stands for is skipped, not read. */
export async function* listEntries(
  store: ObjectStore,
  { bucket, prefix, delimiter, from }: Listing,
): AsyncGenerator<Entry> {
  const first = Buffer.from(prefix);
  let at = from.isPrefix ? afterAll(from.after) : from.after;
  let isAfter = at.length > 0;
  if (Buffer.compare(at, first) < 0) [at, isAfter] = [first, false];
  for (;;) {
    const common = yield* untilCommonPrefix();
    if (common === undefined) return;
    yield { name: common };
    [at, isAfter] = [afterAll(Buffer.from(common)), false];
  }

  async function* untilCommonPrefix(): AsyncGenerator<Entry, string | undefined> {
    for await (const { name, value: record } of store.objects(bucket, { at, isAfter })) {
      if (!name.startsWith(prefix)) return undefined;
      const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      if (end >= 0) return name.slice(0, end + delimiter.length);
      yield { name, record };
    }
    return undefined;
  }
}
