import type { Grant } from '../../../contract/agent/grant.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';

/** What a grant allows, from `nowMs` for `ttlSeconds` and never beyond the sandbox's own end. The same id renews it. */
export const newGrant = (grantId: string, record: ReadyRecord, ttlSeconds: number, nowMs: number): Grant => ({
  grant_id: grantId,
  sandbox_id: record.sandbox_id,
  user_id: record.user_id,
  expires_at: isoTime(Math.min(nowMs + ttlSeconds * 1000, Date.parse(record.expires_at))),
  running_commands: limits.accessRunningCommands,
  bytes: limits.accessBytes,
});
