import type { Clock } from '../../../../contract/clock.ts';
import { bucket } from '../../../../contract/deployment.ts';
import { assertReady } from '../../commands/agent/ready-record.ts';
import { newId } from '../../ids.ts';
import type { Answer, Call } from '../../operation.ts';
import { readOwned } from '../../sandboxes/owned.ts';
import { isoTime } from '../../time.ts';
import { notePath } from '../reach-files.ts';
import { publicUpload, readOwnUpload, type UploadPorts } from './own-upload.ts';
import type { PartedFile, TransferStorage, UploadRecord } from './transfer-ports.ts';

const dayMs = 86_400_000;

/** Where a file on its way into or out of a sandbox lies. */
export const transferKey = (sandboxId: string, id: string): string => `${bucket.transfers.prefix}${sandboxId}/${id}`;

const signAll = (storage: TransferStorage, file: PartedFile, parts: Call<'signParts'>['body']['parts']) =>
  Promise.all(parts.map((part) => storage.signPart(file, part, 'caller')));

/** Begins an upload. What nobody completes is gone after a day. */
export async function startUpload(
  ports: UploadPorts & { readonly clock: Clock },
  call: Call<'startUpload'>,
): Promise<Answer<'startUpload'>> {
  const { sandbox_id } = call.params;
  const { parts: planned = [], ...target } = call.body;
  notePath(call, target);
  const { user_id } = assertReady(await readOwned(ports.records, sandbox_id, call.caller));
  const nowMs = ports.clock.now();
  const upload_id = newId('upl', nowMs);
  call.note({ sandboxId: sandbox_id, userId: user_id, uploadId: upload_id });
  const storage = await ports.storage.begin(transferKey(sandbox_id, upload_id));
  const expires_at = isoTime(nowMs + bucket.unfinishedUploadDays * dayMs);
  const record: UploadRecord = { ...target, upload_id, sandbox_id, storage, expires_at, file: null };
  await ports.uploads.save(record);
  const parts = await signAll(ports.storage, storage, planned);
  return { status: 201, body: { ...publicUpload(record, []), parts } };
}

/** Signs parts, each for its own bytes: storage takes no others. One that was sent already may be sent again. */
export async function signParts(ports: UploadPorts, call: Call<'signParts'>): Promise<Answer<'signParts'>> {
  const record = await readOwnUpload(ports, call);
  return { status: 200, body: { parts: await signAll(ports.storage, record.storage, call.body.parts) } };
}

/** What of an upload has been received, and the file once it has landed. */
export async function getUpload(ports: UploadPorts, call: Call<'getUpload'>): Promise<Answer<'getUpload'>> {
  const record = await readOwnUpload(ports, call);
  const parts = record.file === null ? await ports.storage.parts(record.storage) : undefined;
  return { status: 200, body: publicUpload(record, parts ?? []) };
}

/** Gives an upload up. A file that has landed stays. */
export async function cancelUpload(ports: UploadPorts, call: Call<'cancelUpload'>): Promise<Answer<'cancelUpload'>> {
  const { storage, sandbox_id, upload_id } = await readOwnUpload(ports, call);
  await ports.storage.remove(storage);
  await ports.uploads.remove(sandbox_id, upload_id);
  return { status: 200, body: {} };
}
