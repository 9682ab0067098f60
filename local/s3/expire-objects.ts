import { Buffer } from 'node:buffer';
import type { Clock } from '../../contract/clock.ts';
import { listEntries } from './listing/list-entries.ts';
import type { ObjectStore } from './store/object-store.ts';
import { endUpload } from './uploads/end-upload.ts';

/** After how long what lies in a bucket goes by itself, as its lifecycle rules say. */
export interface Expiry {
  readonly prefixes: readonly { readonly prefix: string; readonly days: number }[];
  readonly unfinishedUploadDays: number;
}

const dayMs = 86_400_000;

/** Removes from a bucket what has had its time. */
export async function expireObjects(store: ObjectStore, clock: Clock, bucket: string, expiry: Expiry): Promise<void> {
  const from = { after: Buffer.alloc(0), isPrefix: false };
  for (const { prefix, days } of expiry.prefixes) {
    const oldest = clock.now() - days * dayMs;
    for await (const { name, record } of listEntries(store, { bucket, prefix, delimiter: '', from })) {
      if (record && record.modifiedAt <= oldest) await store.remove(bucket, name);
    }
  }
  const oldest = clock.now() - expiry.unfinishedUploadDays * dayMs;
  for await (const { key, uploadId, upload } of store.uploads(bucket)) {
    if (upload.startedAt <= oldest) await endUpload(store, { bucket, key, uploadId });
  }
}
