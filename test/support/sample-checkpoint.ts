import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { CheckpointSummary } from '../../contract/home/head.ts';
import type { Entry, Manifest } from '../../contract/home/manifest.ts';
import { summary } from './fakes/fake-homes.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file's contents, a folder (null), or where a link leads. */
type Sample = string | Uint8Array | null | { readonly link: string };

/** A checkpoint of these paths and its blobs: all contents in one, packed. */
export function sampleCheckpoint(
  checkpointId: string,
  tree: Readonly<Record<string, Sample>>,
  given: Partial<CheckpointSummary> = {},
): { manifest: Manifest; blobs: ReadonlyMap<string, Uint8Array> } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const common = { mode: 0o644, mtime_us: 1_800_000_000_000_000 };
  const entryOf = ([path, sample]: [string, Sample]): Entry => {
    if (sample === null) return { type: 'directory', path, ...common, mode: 0o755 };
    if (typeof sample === 'object' && 'link' in sample)
      return { type: 'symlink', path, ...common, target: sample.link };
    const bytes = Buffer.from(sample);
    const piece = { blob: 0, offset, size: bytes.length, sha256: sha256(bytes) };
    parts.push(bytes);
    offset += bytes.length;
    return { type: 'file', path, ...common, size: bytes.length, pieces: bytes.length === 0 ? [] : [piece] };
  };
  const entries = Object.entries({ '.': null, ...tree }).map(entryOf);
  const raw = Buffer.concat(parts);
  const stored = zstdCompressSync(raw);
  const blob = { sha256: sha256(stored), size: stored.length, encoding: 'zstd' as const, raw_size: raw.length };
  return {
    manifest: { ...summary(checkpointId, given), version: 1, parent: null, blobs: [blob], entries },
    blobs: new Map([[blob.sha256, stored]]),
  };
}
