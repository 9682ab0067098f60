import type { Connection } from '../../connection.ts';
import { send } from '../../http/send/send.ts';
import { asBlob, type FileData, piecesOfBlob, piecesOfStream } from '../file-data.ts';
import { toWrittenFile, type WrittenFile } from '../file-info.ts';
import { sendAndComplete, type Uploading, type UploadOptions } from './upload-file.ts';

/** How to go on with an upload; its path and mode are those it began with. */
export type ResumeOptions = Pick<UploadOptions, 'onProgress' | 'signal'>;

function sourceOf(data: FileData): Uploading {
  const blob = asBlob(data);
  if (blob) return { size: blob.size, pieces: (bytes) => piecesOfBlob(blob, bytes) };
  const stream = data as AsyncIterable<Uint8Array>;
  return { size: undefined, pieces: (bytes) => piecesOfStream(stream, bytes) };
}

/** Sends what storage has not of an upload, and puts the file into its place; what fails can be resumed again. */
export async function resumeUpload(
  connection: Connection,
  params: { readonly sandbox_id: string; readonly upload: string },
  data: FileData,
  options: ResumeOptions,
): Promise<WrittenFile> {
  const { signal } = options;
  const upload = await send(connection, 'getUpload', { params }, { signal });
  if (upload.file) return toWrittenFile(upload.file);
  const received = new Map(upload.received.map(({ number, sha256 }) => [number, sha256]));
  return sendAndComplete({ connection, params }, sourceOf(data), upload.part_bytes, { ...options, received });
}
