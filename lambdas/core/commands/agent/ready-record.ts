import { SandboxError } from '../../../../contract/api/errors.ts';
import { isEnding, sandboxEnded } from '../../sandboxes/owned.ts';
import type { ReadyRecord, SandboxRecord } from '../../sandboxes/record.ts';

const startRetrySeconds = 2;

/** The record when commands can run in it; throws `sandbox_not_ready` before, `sandbox_ended` after. */
export function assertReady(record: SandboxRecord): ReadyRecord {
  if (record.status === 'ready') return record;
  if (isEnding(record)) throw sandboxEnded(record);
  throw new SandboxError('sandbox_not_ready', `${record.sandbox_id} is ${record.status}`, {
    details: { status: record.status },
    retryAfterSeconds: startRetrySeconds,
  });
}
