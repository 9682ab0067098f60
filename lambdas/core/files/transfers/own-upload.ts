import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Upload } from '../../../../contract/api/files/transfers.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { UserCaller } from '../../caller.ts';
import { readOwned } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import type { StoredPart, TransferStorage, UploadRecord, UploadRecords } from './transfer-ports.ts';

export interface UploadPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly uploads: UploadRecords;
  readonly storage: TransferStorage;
}

interface UploadCall {
  readonly caller: UserCaller;
  readonly params: { readonly sandbox_id: string; readonly upload: string };
  readonly note: (facts: Readonly<Record<string, string>>) => void;
}

/** An upload into a sandbox of the caller. Throws `not_found`. */
export async function readOwnUpload(ports: UploadPorts, { caller, params, note }: UploadCall): Promise<UploadRecord> {
  const { sandbox_id, upload } = params;
  const record = await readOwned(ports.records, sandbox_id, caller);
  note({ sandboxId: sandbox_id, userId: record.user_id, uploadId: upload });
  const found = await ports.uploads.get(sandbox_id, upload);
  if (found !== undefined) return found;
  throw new SandboxError('not_found', `no upload ${upload}`, { details: { field: 'upload', value: upload } });
}

/** An upload as its caller sees it. */
export const publicUpload = (record: UploadRecord, parts: readonly StoredPart[]): Upload => ({
  upload_id: record.upload_id,
  ...(record.path === undefined ? { path_base64: record.path_base64 } : { path: record.path }),
  part_bytes: limits.files.partBytes,
  expires_at: record.expires_at,
  received: parts.map(({ number, size, sha256 }) => ({ number, size, sha256 })),
  file: record.file,
});
