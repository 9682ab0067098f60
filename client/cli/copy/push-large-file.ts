import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
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

/**
 * The file as long as it was when it was looked at: one that grows meanwhile is none the worse. Opened when it is read. Each piece is
 * overwritten by the next.
 */
async function* contents({ path, stats }: LocalFile): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  const room = Buffer.allocUnsafe(Math.min(pieceBytes, stats.size));
  for (let from = 0; from < stats.size; ) {
    const { bytesRead } = await file.read(room, 0, Math.min(room.length, stats.size - from), from);
    if (bytesRead === 0) return;
    yield room.subarray(0, bytesRead);
    from += bytesRead;
  }
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
