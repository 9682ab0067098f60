import { SandboxError } from '../../../contract/api/errors.ts';
import { mayActFor, type UserCaller } from '../caller.ts';
import type { SandboxRecords } from './ports.ts';
import { type EndedRecord, hasEnded, type SandboxRecord } from './record.ts';

/** What a caller gets for a sandbox that isn't there, or isn't its own: it can't tell which. */
export const noSuchSandbox = (sandboxId: string): SandboxError =>
  new SandboxError('not_found', `no sandbox ${sandboxId}`, { details: { field: 'sandbox_id', value: sandboxId } });

/** The record, when it is there and the caller may act for its user; else throws `not_found`. */
export function ifOwned(record: SandboxRecord | undefined, sandboxId: string, caller: UserCaller): SandboxRecord {
  if (record === undefined || !mayActFor(caller, record.user_id)) throw noSuchSandbox(sandboxId);
  return record;
}

/** Reads a sandbox of the caller; throws `not_found`. */
export const readOwned = async (
  records: Pick<SandboxRecords, 'get'>,
  sandboxId: string,
  caller: UserCaller,
): Promise<SandboxRecord> => ifOwned(await records.get(sandboxId), sandboxId, caller);

type Ending = EndedRecord | Extract<SandboxRecord, { status: 'shutting_down' }>;

/** Whether a sandbox has ended or is about to. */
export const isEnding = (record: SandboxRecord): record is Ending =>
  hasEnded(record) || record.status === 'shutting_down';

/** Says when and why a sandbox ended, or that it is about to. */
export const sandboxEnded = (record: Ending): SandboxError =>
  new SandboxError('sandbox_ended', `${record.sandbox_id} is ${record.status} (${record.stop_reason})`, {
    details: {
      status: record.status,
      stop_reason: record.stop_reason,
      ended_at: hasEnded(record) ? record.ended_at : null,
    },
  });
