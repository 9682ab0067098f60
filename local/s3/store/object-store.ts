import { join } from 'node:path';
import { KeyLocks } from '../../key-locks.ts';
import { Blobs } from './blobs.ts';
import { type Change, RecordIndex, recordKey } from './record-index.ts';
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from './records.ts';

const keys = {
  bucket: (bucket: string) => recordKey('bucket', bucket),
  object: (bucket: string, key: string) => recordKey('object', bucket, key),
  upload: (bucket: string, uploadId: string, key: string) => recordKey('upload', bucket, uploadId, key),
  part: (bucket: string, uploadId: string, number: number | '') =>
    recordKey('part', bucket, uploadId, number === '' ? '' : String(number).padStart(5, '0')),
};

export interface PinnedObject {
  readonly record: ObjectRecord;
  readonly release: () => Promise<void>;
}

/** Throws when what is there now, or that nothing is, forbids the change. */
export type Condition = (current: ObjectRecord | undefined) => void;

/** Buckets, objects and uploads. Contents come first, then the record that names them: a kill leaves one or the other whole. */
export class ObjectStore implements AsyncDisposable {
  readonly blobs: Blobs;
  readonly index: RecordIndex;
  readonly #locks = new KeyLocks();

  private constructor(blobs: Blobs, index: RecordIndex) {
    this.blobs = blobs;
    this.index = index;
  }

  /** Removes the contents that a kill left without a record. Rejects when another process has the folder open. */
  static async open(folder: string): Promise<ObjectStore> {
    await using opened = new AsyncDisposableStack();
    const index = opened.use(await RecordIndex.open(join(folder, 'index')));
    const store = new ObjectStore(await Blobs.open(join(folder, 'blobs')), index);
    const named = await store.#namedBlobs();
    await store.blobs.sweep((id) => named.has(id));
    opened.move();
    return store;
  }

  bucket(bucket: string): Promise<BucketRecord | undefined> {
    return this.index.get<BucketRecord>(keys.bucket(bucket));
  }

  async *buckets() {
    yield* this.index.scan<BucketRecord>(keys.bucket(''));
  }

  createBucket(bucket: string, record: BucketRecord): Promise<void> {
    return this.index.change([{ key: keys.bucket(bucket), value: record }]);
  }

  removeBucket(bucket: string): Promise<void> {
    return this.index.change([{ key: keys.bucket(bucket) }]);
  }

  object(bucket: string, key: string): Promise<ObjectRecord | undefined> {
    return this.index.get<ObjectRecord>(keys.object(bucket, key));
  }

  /** An object whose contents stay until `release` is called, whatever becomes of it. */
  async pinObject(bucket: string, objectKey: string): Promise<PinnedObject | undefined> {
    const key = keys.object(bucket, objectKey);
    // Under the lock, since whoever replaces it removes the contents after that.
    return this.#locks.hold([key.toString('latin1')], async () => {
      const record = await this.index.get<ObjectRecord>(key);
      return record && { record, release: this.blobs.pin(record.blobs) };
    });
  }

  /** Objects of a bucket by key, from `from` on. */
  objects(bucket: string, from: { readonly at: Buffer; readonly isAfter: boolean }) {
    const all = keys.object(bucket, '');
    return this.index.scan<ObjectRecord>(all, Buffer.concat([all, from.at]), from.isAfter);
  }

  /** Puts a record in the place of what is there, together with other changes. If it isn't to be, its contents go. */
  async replace(
    place: { readonly bucket: string; readonly key: string },
    record: ObjectRecord,
    condition: Condition,
    others: readonly Change[] = [],
  ): Promise<void> {
    const key = keys.object(place.bucket, place.key);
    const replaced = await this.#locks.hold([key.toString('latin1')], async () => {
      const current = await this.index.get<ObjectRecord>(key);
      condition(current);
      await this.index.change([{ key, value: record }, ...others]);
      return current;
    });
    await this.blobs.remove(replaced?.blobs ?? []);
  }

  /** Removing what isn't there is no failure. */
  async remove(bucket: string, objectKey: string, condition: Condition = () => undefined): Promise<void> {
    const key = keys.object(bucket, objectKey);
    const removed = await this.#locks.hold([key.toString('latin1')], async () => {
      const current = await this.index.get<ObjectRecord>(key);
      condition(current);
      if (current) await this.index.change([{ key }]);
      return current;
    });
    await this.blobs.remove(removed?.blobs ?? []);
  }

  upload(bucket: string, uploadId: string, key: string): Promise<UploadRecord | undefined> {
    return this.index.get<UploadRecord>(keys.upload(bucket, uploadId, key));
  }

  startUpload(bucket: string, uploadId: string, key: string, record: UploadRecord): Promise<void> {
    return this.index.change([{ key: keys.upload(bucket, uploadId, key), value: record }]);
  }

  /** Every upload of a bucket. */
  async *uploads(bucket: string) {
    for await (const { name, value } of this.index.scan<UploadRecord>(recordKey('upload', bucket, ''))) {
      const end = name.indexOf('\0');
      yield { uploadId: name.slice(0, end), key: name.slice(end + 1), upload: value };
    }
  }

  /** The parts of an upload by number. */
  async parts(bucket: string, uploadId: string): Promise<Map<number, PartRecord>> {
    const found = new Map<number, PartRecord>();
    for await (const { name, value } of this.index.scan<PartRecord>(keys.part(bucket, uploadId, ''))) {
      found.set(Number(name), value);
    }
    return found;
  }

  /** False when the upload has ended meanwhile; the part's contents are gone then. */
  async addPart(place: { bucket: string; key: string; uploadId: string }, number: number, part: PartRecord) {
    const { bucket, key, uploadId } = place;
    const partKey = keys.part(bucket, uploadId, number);
    const waste = await this.#locks.hold([uploadId], async () => {
      if (!(await this.upload(bucket, uploadId, key))) return { part, isAdded: false };
      const replaced = await this.index.get<PartRecord>(partKey);
      // What ends the upload is written through, and the parts with it.
      await this.index.change([{ key: partKey, value: part }], { sync: false });
      return { part: replaced, isAdded: true };
    });
    await this.blobs.remove(waste.part ? [waste.part.blob] : []);
    return waste.isAdded;
  }

  /** Runs `run` while no part of the upload is added and nobody else ends it. */
  holdUpload<T>(uploadId: string, run: () => Promise<T>): Promise<T> {
    return this.#locks.hold([uploadId], run);
  }

  /** The changes by which an upload is over. */
  endOfUpload(bucket: string, uploadId: string, key: string, numbers: Iterable<number>): Change[] {
    const parts = Array.from(numbers, (number) => ({ key: keys.part(bucket, uploadId, number) }));
    return [{ key: keys.upload(bucket, uploadId, key) }, ...parts];
  }

  async #namedBlobs(): Promise<Set<string>> {
    const named = new Set<string>();
    for await (const { value } of this.index.scan<ObjectRecord>(recordKey('object', ''))) {
      for (const { id } of value.blobs) named.add(id);
    }
    for await (const { value } of this.index.scan<PartRecord>(recordKey('part', ''))) named.add(value.blob.id);
    return named;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.index[Symbol.asyncDispose]();
  }
}
