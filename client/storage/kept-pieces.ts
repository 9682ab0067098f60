import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';
import type { Connection } from '../connection.ts';
import { type KeptFile, readKeptFile } from './read-kept-file.ts';

const length = limits.files.inlineBytes;

/** A file of a checkpoint, however large, piece by piece: what is kept doesn't change meanwhile. Throws as the service told it. */
export async function* keptPieces(
  connection: Connection,
  file: KeptFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  for (let offset = 0; ; offset += length) {
    const piece = await readKeptFile(connection, file, { offset, length, signal }).catch(noneLeft);
    if (piece.length > 0) yield piece;
    if (piece.length < length) return;
  }
}

/** Of an empty file, and of one that ended with the piece before, there is no range. */
function noneLeft(error: unknown): Uint8Array {
  if (error instanceof SandboxError && error.code === 'range_not_satisfiable') return new Uint8Array();
  throw error;
}
