import { SandboxError } from '../../../contract/api/errors.ts';
import { LandingEvent, transferRoutes } from '../../../contract/api/files/transfers.ts';
import type { Connection } from '../../connection.ts';
import { readStream, streamType } from '../../http/read/read-stream.ts';
import { buildRequest } from '../../http/request.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import { send } from '../../http/send/send.ts';
import type { Piece } from '../file-data.ts';
import { toWrittenFile, type WrittenFile } from '../file-info.ts';
import { type FilePath, pathFields } from '../file-path.ts';
import { sha256Of } from './sha256-of.ts';
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
  /** Hears by which id `resumeUpload` goes on with what goes by way of storage; that is kept for a day then, should it fail. */
  readonly onUpload?: ((uploadId: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is uploaded: its pieces, all of them. */
export interface Uploading {
  readonly size: number | undefined;
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

/** Sends the pieces of an upload that was begun, but those whose hashes are `received`, and puts the file into its place. */
export async function sendAndComplete(
  place: Place,
  source: Uploading,
  partBytes: number,
  { onProgress, signal, received }: UploadOptions & { readonly received?: ReadonlyMap<number, string> },
): Promise<WrittenFile> {
  const hash = await openWholeHash();
  let [bytes, read] = [0, 0];
  async function* hashed(): AsyncGenerator<Piece> {
    for await (const piece of source.pieces(partBytes)) {
      hash?.update(piece.bytes);
      read += piece.bytes.length;
      const known = received?.get(piece.number);
      if (known === undefined || known !== (await sha256Of(piece.bytes))) {
        yield piece;
        continue;
      }
      bytes += piece.bytes.length;
      piece.release();
    }
  }
  await uploadParts({ ...place, signal }, hashed(), (sent) => {
    bytes += sent;
    onProgress?.({ bytes, size: source.size });
  });
  return complete(place, { size: read, sha256: hash?.digest() }, signal);
}

/** Uploads a file by way of storage. What fails is given up and leaves nothing, unless somebody hears how to go on with it. */
export async function uploadFile(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  source: Uploading,
  options: UploadOptions,
): Promise<WrittenFile> {
  const { mode, overwrite, onUpload, signal } = options;
  const body = { ...pathFields(path), mode, overwrite };
  const upload = await send(connection, 'startUpload', { params: { sandbox_id: sandboxId }, body }, { signal });
  const place = { connection, params: { sandbox_id: sandboxId, upload: upload.upload_id } };
  onUpload?.(upload.upload_id);
  try {
    return await sendAndComplete(place, source, upload.part_bytes, options);
  } catch (error) {
    // Best effort: in a day it is gone in any case.
    if (!onUpload) await send(connection, 'cancelUpload', { params: place.params }).catch(() => undefined);
    throw error;
  }
}
