import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Blob, Entry, Manifest, Piece } from '../../../../contract/home/manifest.ts';
import type { Homes } from '../ports.ts';
import type { WantedRange } from './wanted-range.ts';

const unpack = promisify(zstdDecompress);

// A range of the longest answer lies in two pieces of the usual size. Who writes a manifest could make them as small as a byte.
const mostPieces = 16;
// What doesn't become smaller by packing becomes a little larger.
const packingBytes = 64 * 1024;

type File = Extract<Entry, { type: 'file' }>;

const damaged = (what: string, cause?: unknown): SandboxError =>
  new SandboxError('storage_unavailable', `storage: ${what} of the checkpoint is damaged`, {
    details: { part: 'storage', reason: 'corrupt' },
    cause,
  });

async function contentsOf(homes: Pick<Homes, 'blob'>, userId: string, blob: Blob): Promise<Uint8Array> {
  const stored = await homes.blob(userId, blob.sha256, blob.raw_size + packingBytes);
  if (stored === undefined) throw damaged(`the blob ${blob.sha256}`);
  if (blob.encoding === 'identity') return stored;
  return await unpack(stored, { maxOutputLength: Math.max(1, blob.raw_size) }).catch((cause: unknown) => {
    throw damaged(`the blob ${blob.sha256}`, cause);
  });
}

/** The pieces that a range needs, each with where it begins in the file. */
function piecesOf(file: File, { offset, length }: WantedRange): readonly (readonly [Piece, number])[] {
  let at = 0;
  const placed = file.pieces.map((piece) => {
    const begin = at;
    at += piece.size;
    return [piece, begin] as const;
  });
  if (at !== file.size) throw damaged('a file');
  const needed = placed.filter(([{ size }, begin]) => begin < offset + length && begin + size > offset);
  if (needed.length > mostPieces) throw damaged('a file');
  return needed;
}

/** Reads a range of a file of a checkpoint; each piece is checked against its hash. Throws `storage_unavailable` where it is damaged. */
export async function readPieces(
  homes: Pick<Homes, 'blob'>,
  { userId, manifest, file }: { readonly userId: string; readonly manifest: Manifest; readonly file: File },
  range: WantedRange,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const [piece, begin] of piecesOf(file, range)) {
    const blob = manifest.blobs[piece.blob];
    if (blob === undefined) throw damaged('a file');
    const contents = await contentsOf(homes, userId, blob);
    const bytes = contents.subarray(piece.offset, piece.offset + piece.size);
    if (createHash('sha256').update(bytes).digest('hex') !== piece.sha256) throw damaged(`the blob ${blob.sha256}`);
    parts.push(bytes.subarray(Math.max(0, range.offset - begin), range.offset + range.length - begin));
  }
  return Buffer.concat(parts);
}
