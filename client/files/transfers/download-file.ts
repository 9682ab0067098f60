import { SandboxError } from '../../../contract/api/errors.ts';
import { type Download, DownloadEvent, transferRoutes } from '../../../contract/api/files/transfers.ts';
import type { Connection } from '../../connection.ts';
import { readStream, streamType } from '../../http/read/read-stream.ts';
import { buildRequest } from '../../http/request.ts';
import { Deadline } from '../../http/send/deadline.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import { Retries } from '../../http/send/retries.ts';
import { type FilePath, pathFields } from '../file-path.ts';
import { askStorage, storageRefusal } from './storage-request.ts';
import type { FileProgress } from './upload-file.ts';
import { openWholeHash } from './whole-hash.ts';

export interface DownloadOptions {
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that waits in storage to be fetched. */
export interface FileDownload extends AsyncIterable<Uint8Array> {
  readonly size: number;
  /** Of the whole, as the sandbox has hashed it, in hexadecimal. */
  readonly sha256: string;
  /** From where anybody can fetch it. */
  readonly url: string;
  readonly expiresAt: Date;
}

const sendingMs = 900_000;
const fetchingMs = 3_600_000;

function ask(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  signal: AbortSignal | undefined,
): Promise<Download> {
  const input = { params: { sandbox_id: sandboxId }, body: pathFields(path) };
  const request = buildRequest(connection, transferRoutes.downloadFile, input, { accept: streamType });
  const patient = { ...connection, timeouts: { ...connection.timeouts, totalMs: sendingMs } };
  return repeatCall(patient, { what: 'downloading a file', repeatable: true, signal }, async (attempted) => {
    for await (const event of readStream(connection, request, DownloadEvent, attempted)) {
      if (event.event === 'finished') return event.download;
    }
    throw new SandboxError('connection_lost', 'nobody told whether the file was sent');
  });
}

/** The rest of a file, from there on. */
async function* rest(connection: Connection, { url }: Download, from: number, signal: AbortSignal) {
  const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
  using answer = await askStorage(connection, { method: 'GET', url, headers }, signal);
  if (answer.status !== (from === 0 ? 200 : 206)) throw await storageRefusal(answer);
  yield* answer.chunks;
}

async function* fetched(
  connection: Connection,
  download: Download,
  { onProgress, signal }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const { clock, attempts } = connection;
  const { size } = download;
  const hash = await openWholeHash();
  using deadline = new Deadline(clock, fetchingMs, 'fetching a file', signal);
  const retries = new Retries({ clock, attempts, deadline, repeatable: true });
  for (let bytes = 0; bytes < size; ) {
    try {
      for await (const chunk of rest(connection, download, bytes, deadline.signal)) {
        bytes += chunk.length;
        if (bytes > size) throw new SandboxError('bad_answer', `storage has more than the ${size} bytes of the file`);
        hash?.update(chunk);
        retries.progress();
        yield chunk;
        onProgress?.({ bytes, size });
      }
      if (bytes < size) throw new SandboxError('connection_lost', `storage gave ${bytes} of ${size} bytes`);
    } catch (error) {
      await retries.again(error);
    }
  }
  if (hash !== undefined && hash.digest() !== download.sha256) {
    throw new SandboxError('bad_answer', 'the file has another SHA-256 than it had in the sandbox');
  }
}

/**
 * Has a file put to storage and resolves when it is there. Iterating fetches it, piece by piece, going on where it broke; the last piece
 * is followed by a check of the whole.
 */
export async function downloadFile(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  options: DownloadOptions,
): Promise<FileDownload> {
  const download = await ask(connection, sandboxId, path, options.signal);
  const { size, sha256, url, expires_at } = download;
  return {
    size,
    sha256,
    url,
    expiresAt: new Date(expires_at),
    [Symbol.asyncIterator]: () => fetched(connection, download, options),
  };
}
