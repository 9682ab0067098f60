// What a home is at one point in time. Stored as JSON, compressed with zstd; it never changes.

import * as z from 'zod';
import { Sha256, shownPath } from '../api/files/file-entry.ts';
import { CheckpointId } from '../api/identifiers.ts';
import { CheckpointSummary } from './head.ts';
import { homeLimits } from './limits.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** An object of contents, one after another. It is named by the SHA-256 of its bytes as they are stored. */
export const Blob = z.object({
  sha256: Sha256,
  size: count.describe('as it is stored'),
  encoding: z.enum(['identity', 'zstd']),
  raw_size: count.max(2 * homeLimits.pieceBytes).describe('of the contents, together'),
});
export type Blob = z.infer<typeof Blob>;

/** A stretch of a file, and where it is to be had. A file's pieces follow one another; an empty file has none. */
export const Piece = z.object({
  blob: count.describe('its place in `blobs`'),
  offset: count.describe('in the unpacked blob'),
  size: count.min(1),
  sha256: Sha256.describe('of these bytes'),
});
export type Piece = z.infer<typeof Piece>;

const common = {
  ...shownPath,
  mode: z.number().int().min(0).max(0o7777),
  mtime_us: z.number().int().describe('microseconds since the epoch'),
};

/**
 * One thing in the home. Paths start at the home, which is itself the folder `.`; there is no `..` in them. Files that
 * share an inode are files of their own here, with the same pieces.
 */
export const Entry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('directory'), ...common }),
  z.object({
    type: z.literal('symlink'),
    ...common,
    target: z.string().optional(),
    target_base64: z.base64().optional().describe('in the place of target, for one that is not UTF-8'),
  }),
  z.object({ type: z.literal('file'), ...common, size: count, pieces: z.array(Piece) }),
]);
export type Entry = z.infer<typeof Entry>;

export const Manifest = CheckpointSummary.extend({
  version: z.literal(1),
  parent: CheckpointId.nullable().describe('the checkpoint that this one took the place of'),
  blobs: z.array(Blob),
  entries: z.array(Entry).max(homeLimits.entries).describe('in the order of the bytes of their paths'),
});
export type Manifest = z.infer<typeof Manifest>;
