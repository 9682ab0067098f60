import type { ChecksumAlgorithm, ChecksumType } from '../checksums/algorithms.ts';

/** A file of contents. */
export interface Blob {
  readonly id: string;
  readonly size: number;
}

export interface BucketRecord {
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64; of a composite one with `-<parts>`. */
  readonly value: string;
}

/** What its writer says of an object: `content-type` and the like, and metadata of its own. */
export interface Described {
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectRecord extends Described {
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAt: number;
  /** In order, together the contents. */
  readonly blobs: readonly Blob[];
  readonly checksum: StoredChecksum | null;
}

export interface UploadRecord extends Described {
  readonly startedAt: number;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | null;
}

export interface PartRecord {
  readonly blob: Blob;
  /** Hex. */
  readonly md5: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null;
  readonly modifiedAt: number;
}
