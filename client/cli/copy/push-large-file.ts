import type { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { FileData } from '../../files/file-data.ts';
import type { Files } from '../../files/files.ts';
import type { UploadOptions } from '../../files/transfers/upload-file.ts';
import type { BegunUploads } from './begun-uploads.ts';
import { toFilePath } from './byte-path.ts';
import type { LocalFile } from './local-files.ts';

// Nothing is left of it, or other bytes than those of this file.
const gone: ReadonlySet<ErrorCode> = new Set(['not_found', 'upload_incomplete', 'bad_answer']);

const pieceBytes = 1024 * 1024;

interface LargePush {
  readonly files: Files;
  readonly begun: BegunUploads;
}

/** Sends a file that may go by way of storage, going on with what an earlier copy of it had begun. */
export async function pushLargeFile(
  { files, begun }: LargePush,
  local: LocalFile,
  to: Buffer,
  options: Pick<UploadOptions, 'mode' | 'signal' | 'onProgress'>,
): Promise<void> {
  const uploadId = begun.find(local, to);
  const isDone = uploadId !== undefined && (await resume(files, uploadId, contents(local), options));
  if (!isDone) {
    const onUpload = (id: string) => begun.keep(local, to, id);
    await files.write(toFilePath(to), contents(local), { ...options, onUpload });
  }
  begun.forget(local, to);
}

/** The file as long as it was when it was looked at: one that grows meanwhile is none the worse. Opened when it is read. */
async function* contents({ path, stats }: LocalFile): AsyncGenerator<Uint8Array> {
  // Node takes no empty range.
  if (stats.size === 0) return;
  yield* createReadStream(path, { end: stats.size - 1, highWaterMark: pieceBytes });
}

/** False when there is nothing to go on with. */
async function resume(files: Files, uploadId: string, data: FileData, options: UploadOptions): Promise<boolean> {
  try {
    await files.resumeUpload(uploadId, data, options);
    return true;
  } catch (error) {
    if (error instanceof SandboxError && gone.has(error.code)) return false;
    throw error;
  }
}
