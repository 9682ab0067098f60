import type { Buffer } from 'node:buffer';
import { openAsBlob } from 'node:fs';
import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { Files } from '../../files/files.ts';
import type { UploadOptions } from '../../files/transfers/upload-file.ts';
import type { BegunUploads } from './begun-uploads.ts';
import { toFilePath } from './byte-path.ts';
import type { LocalFile } from './local-files.ts';

// Nothing is left of it, or other bytes than those of this file.
const gone: ReadonlySet<ErrorCode> = new Set(['not_found', 'upload_incomplete', 'bad_answer']);

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
  const blob = await openAsBlob(local.path);
  const uploadId = begun.find(local, to);
  const isDone = uploadId !== undefined && (await resume(files, uploadId, blob, options));
  if (!isDone) {
    const onUpload = (id: string) => begun.keep(local, to, id);
    await files.write(toFilePath(to), blob, { ...options, onUpload });
  }
  begun.forget(local, to);
}

/** False when there is nothing to go on with. */
async function resume(files: Files, uploadId: string, blob: Blob, options: UploadOptions): Promise<boolean> {
  try {
    await files.resumeUpload(uploadId, blob, options);
    return true;
  } catch (error) {
    if (error instanceof SandboxError && gone.has(error.code)) return false;
    throw error;
  }
}
