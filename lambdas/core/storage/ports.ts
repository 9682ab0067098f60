import type { Head } from '../../../contract/home/head.ts';
import type { HomeOrder } from '../../../contract/home/home-order.ts';
import type { Manifest } from '../../../contract/home/manifest.ts';

/** How homes are saved and kept, as the operator has set it. */
export type HomeSettings = Pick<HomeOrder, 'save_seconds' | 'keep'>;

/** A head as it was read; `etag` names that very text. */
export interface ReadHead {
  readonly head: Head;
  readonly etag: string;
}

/** Homes as they are stored. Everything in them was written from inside of sandboxes. Throws `storage_unavailable`. */
export interface Homes {
  /** The head of a user's home; undefined before the first save. */
  head(userId: string): Promise<ReadHead | undefined>;
  /** Puts a head in the place of the one that was read; false when somebody was faster. */
  replaceHead(userId: string, previous: ReadHead, head: Head): Promise<boolean>;
  /** What a checkpoint holds; undefined when there is none. */
  manifest(userId: string, checkpointId: string): Promise<Manifest | undefined>;
  /** A blob as it is stored, of at most so many bytes; undefined when there is none. */
  blob(userId: string, sha256: string, mostBytes: number): Promise<Uint8Array | undefined>;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedAtMs: number;
}

export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** Whether there is more behind the last one. */
  readonly more: boolean;
}

/** The objects of the bucket, in the order of their keys. Throws `storage_unavailable`. */
export interface StoredObjects {
  /** At most a thousand of those with this prefix, behind that key. */
  list(prefix: string, after: string | undefined): Promise<ObjectPage>;
  /** Removes them; harmless to repeat. */
  remove(keys: readonly string[]): Promise<void>;
  /** The users that have something stored, at most a thousand, behind that one. */
  users(after: string | undefined): Promise<{ readonly userIds: readonly string[]; readonly more: boolean }>;
  /** Whether the bucket answers. */
  check(): Promise<void>;
}
