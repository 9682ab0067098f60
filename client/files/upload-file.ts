import { SandboxError } from '../../contract/api/errors.ts';
import { LandingEvent, transferRoutes } from '../../contract/api/transfers.ts';
import type { Connection } from '../connection.ts';
import { readStream, streamType } from '../http/read-stream.ts';
import { repeatCall } from '../http/repeat-call.ts';
import { buildRequest } from '../http/request.ts';
import { send } from '../http/send.ts';
import type { Piece } from './file-data.ts';
import { toWrittenFile, type WrittenFile } from './file-info.ts';
import { type FilePath, pathFields } from './file-path.ts';
import { uploadParts } from './upload-parts.ts';
import { openWholeHash } from './whole-hash.ts';

/** How far a file is. */
export interface FileProgress {
  /** Sent or fetched by this process so far. */
  readonly bytes: number;
  /** Of all of it, where that is known. */
  readonly size: number | undefined;
}

export interface UploadOptions {
  /** In octal. @default that of the file there, else 644 */
  readonly mode?: string | undefined;
  /** Whether a file that is there is replaced. @default true */
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is uploaded: its pieces, those that were not received by an earlier try. */
export interface Uploading {
  readonly size: number | undefined;
  /** Left out where pieces are. */
  readonly isWhole: boolean;
  pieces(partBytes: number): AsyncIterable<Piece>;
}

// Five gigabytes at the pace of a small machine.
const landingMs = 900_000;

interface Place {
  readonly connection: Connection;
  readonly params: { readonly sandbox_id: string; readonly upload: string };
}

/** Resolves when the file is in its place; asks again where the answer was lost. */
function complete(
  { connection, params }: Place,
  body: { size: number; sha256?: string | undefined },
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const patient = { ...connection, timeouts: { ...connection.timeouts, totalMs: landingMs } };
  const request = buildRequest(connection, transferRoutes.completeUpload, { params, body }, { accept: streamType });
  return repeatCall(patient, { what: 'completing an upload', repeatable: true, signal }, async (attempted) => {
    for await (const event of readStream(connection, request, LandingEvent, attempted)) {
      if (event.event === 'finished') return toWrittenFile(event.file);
    }
    throw new SandboxError('connection_lost', 'nobody told whether the file has landed');
  });
}

/** Sends the pieces of an upload that was begun, and puts the file into its place. */
export async function sendAndComplete(
  place: Place,
  source: Uploading,
  partBytes: number,
  { onProgress, signal, received = 0 }: UploadOptions & { readonly received?: number },
): Promise<WrittenFile> {
  const hash = source.isWhole ? await openWholeHash() : undefined;
  let [bytes, read] = [received, received];
  async function* hashed(): AsyncGenerator<Piece> {
    for await (const piece of source.pieces(partBytes)) {
      hash?.update(piece.bytes);
      read += piece.bytes.length;
      yield piece;
    }
  }
  await uploadParts({ ...place, signal }, hashed(), (sent) => {
    bytes += sent;
    onProgress?.({ bytes, size: source.size });
  });
  return complete(place, { size: read, sha256: hash?.digest() }, signal);
}

/** Uploads a file by way of storage. What fails is given up, and leaves nothing. */
export async function uploadFile(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  source: Uploading,
  options: UploadOptions,
): Promise<WrittenFile> {
  const { mode, overwrite, signal } = options;
  const body = { ...pathFields(path), mode, overwrite };
  const upload = await send(connection, 'startUpload', { params: { sandbox_id: sandboxId }, body }, { signal });
  const place = { connection, params: { sandbox_id: sandboxId, upload: upload.upload_id } };
  try {
    return await sendAndComplete(place, source, upload.part_bytes, options);
  } catch (error) {
    // Best effort: in a day it is gone in any case.
    await send(connection, 'cancelUpload', { params: place.params }).catch(() => undefined);
    throw error;
  }
}
