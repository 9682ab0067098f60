import type { Answer, Call } from '../operation.ts';
import { noSuchSandbox, sandboxEnded } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { hasEnded } from '../sandboxes/record.ts';
import { assertOwn } from './own-record.ts';
import type { StorageSessions } from './ports.ts';

export interface StorageCredentialsPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get'>;
  readonly storageSessions: StorageSessions;
}

/** Credentials for what the sandbox was created with of its user's storage, also while the sandbox ends. Throws `not_found`, `sandbox_ended`. */
export async function storageCredentials(
  { records, storageSessions }: StorageCredentialsPorts,
  { caller, params }: Call<'storageCredentials'>,
): Promise<Answer<'storageCredentials'>> {
  const sandboxId = params.sandbox_id;
  await assertOwn(records, sandboxId, caller);
  const record = await records.get(sandboxId);
  if (record === undefined) throw noSuchSandbox(sandboxId);
  if (hasEnded(record)) throw sandboxEnded(record);
  const { user_id: userId, storage } = record;
  return { status: 200, body: await storageSessions.open({ userId, sandboxId, storage }) };
}
