import { limits } from '../../contract/api/limits.ts';
import type { Connection } from '../connection.ts';
import { asBlob, type FileData, type Piece, piecesOfBlob, piecesOfStream } from './file-data.ts';
import { toWrittenFile, type WrittenFile } from './file-info.ts';
import { type FilePath, pathFields } from './file-path.ts';
import { type Uploading, type UploadOptions, uploadFile } from './transfers/upload-file.ts';
import type { FileTransport } from './transport/file-transport.ts';

interface Place {
  readonly connection: Connection;
  readonly sandboxId: string;
  readonly transport: FileTransport;
}

const { inlineBytes } = limits.files;

async function writeInline(
  { sandboxId, transport }: Place,
  path: FilePath,
  bytes: Uint8Array<ArrayBuffer>,
  { mode, overwrite = true, onProgress, signal }: UploadOptions,
): Promise<WrittenFile> {
  const input = { params: { sandbox_id: sandboxId }, query: { ...pathFields(path), mode }, bytes };
  const once = overwrite ? {} : { headers: { 'if-none-match': '*' }, repeatable: false };
  const written = await transport.ask('writeFile', input, { signal, ...once });
  onProgress?.({ bytes: bytes.length, size: bytes.length });
  return toWrittenFile(written);
}

/** A stream, of which the first piece has been read. */
function streamed(first: Piece, rest: AsyncGenerator<Piece>): Uploading {
  async function* pieces() {
    yield first;
    yield* rest;
  }
  return { size: undefined, pieces };
}

async function writeStream(
  place: Place,
  path: FilePath,
  data: Exclude<FileData, string | Blob>,
  options: UploadOptions,
) {
  const pieces = piecesOfStream(data as AsyncIterable<Uint8Array>, limits.files.partBytes);
  try {
    const { value: first } = await pieces.next();
    if (first === undefined || first.bytes.length <= inlineBytes) {
      return await writeInline(place, path, first?.bytes ?? new Uint8Array(), options);
    }
    return await uploadFile(place.connection, place.sandboxId, path, streamed(first, pieces), options);
  } finally {
    // An upload that could not begin has left the rest of the source unread, and open.
    await pieces.return(undefined);
  }
}

/** Writes a file by one call where it is small, else by way of storage. It is whole and in its place when that resolves. */
export async function writeFile(
  place: Place,
  path: FilePath,
  data: FileData,
  options: UploadOptions,
): Promise<WrittenFile> {
  const blob = asBlob(data);
  if (blob === undefined) return writeStream(place, path, data as Exclude<FileData, string | Blob>, options);
  if (blob.size <= inlineBytes) return writeInline(place, path, new Uint8Array(await blob.arrayBuffer()), options);
  const source = { size: blob.size, pieces: (bytes: number) => piecesOfBlob(blob, bytes) };
  return uploadFile(place.connection, place.sandboxId, path, source, options);
}
