// What the helper is asked for a home to be saved and restored. Nothing it answers is believed to be what it should be.

import * as z from 'zod';
import { Sha256 } from '../../../../contract/api/files/file-entry.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const path = { path: z.string().max(4_096).optional(), path_base64: z.base64().max(5_464).optional() };

/** What tells whether a file is the one that was read: size, times in nanoseconds, inode. */
const Fingerprint = z.string().max(128);

/** One thing as a walk sees it. */
export const Scanned = z.object({
  ...path,
  type: z.enum(['file', 'directory', 'symlink']),
  mode: z.number().int().min(0).max(0o7777),
  mtime_us: z.number().int(),
  size: count,
  fingerprint: Fingerprint,
  target: z.string().max(4_096).optional(),
  target_base64: z.base64().max(5_464).optional(),
});
export type Scanned = z.infer<typeof Scanned>;
export const ScannedBatch = z.array(Scanned).max(1_000);

/** `special` are FIFOs, sockets and devices, which are not saved; `ignored` is what the rules leave out, a folder as one. */
export const ScanEnd = z.object({ special: count, ignored: count, unreadable: count });

/** A stretch of a file to be read; `length` is more than the file has where all of it is meant. Where it is still what is `stored`, it need not be packed. */
export interface Reading {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
  readonly offset: number;
  readonly length: number;
  /** The SHA-256 of what it was, where storage has that. */
  readonly stored?: string | undefined;
}

/** What was read of one file, in the order that was asked for; null for what has gone or can't be read. */
export const ReadResult = z.object({
  size: count,
  sha256: Sha256,
  offset: count.optional().describe('in the unpacked blob; absent where it is what is stored'),
  file_size: count.describe('of the whole file'),
  mode: z.number().int().min(0).max(0o7777),
  mtime_us: z.number().int(),
  fingerprint: Fingerprint.describe('empty when it changed while it was read, or so lately that nobody could tell'),
});
export type ReadResult = z.infer<typeof ReadResult>;
export const ReadBatch = z.array(ReadResult.nullable()).max(1_000);

export const PackHead = z.object({ encoding: z.enum(['identity', 'zstd']), raw_size: count, size: count });

/** An entry of a home to be restored; what is in a file comes with the blobs. */
export interface EntryLine {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
  readonly type: Scanned['type'];
  readonly mode: number;
  readonly mtime_us: number;
  /** Of a file. */
  readonly size?: number;
  readonly target?: string | undefined;
  readonly target_base64?: string | undefined;
}

/** Where a stretch of a blob goes. */
export interface Laying {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
  /** In the file. */
  readonly at: number;
  /** In the unpacked blob. */
  readonly offset: number;
  readonly size: number;
  readonly sha256: string;
}

/** Comes before a blob's stored bytes, as JSON behind its length in four bytes. */
export interface LayHead {
  readonly encoding: 'identity' | 'zstd';
  readonly raw_size: number;
  /** As it is stored. */
  readonly size: number;
  readonly layings: readonly Laying[];
}

export const Placed = z.object({ files: count, bytes: count });

export interface HomeInputs {
  readonly scanHome: object;
  readonly packFiles: { readonly readings: readonly Reading[] };
  /** Makes the staging folder anew, with the folders and links that arrive as lines of JSON. */
  readonly stageHome: object;
  readonly layContents: object;
  /** Takes the same lines again, with the files among them, and puts what is staged in the place of the home. */
  readonly placeHome: object;
}
