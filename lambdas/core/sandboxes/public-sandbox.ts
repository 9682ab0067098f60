import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { costUsd } from '../../../contract/api/use/prices.ts';
import { coldPath, homePath } from './create/home.ts';
import { hasEnded, type SandboxRecord, taskOf } from './record.ts';

function cost(record: SandboxRecord, nowMs: number): number {
  const from = hasEnded(record) ? record.billed_from : taskOf(record)?.launched_at;
  if (!from) return 0;
  const until = hasEnded(record) ? Date.parse(record.ended_at) : nowMs;
  return costUsd(record.size, until - Date.parse(from));
}

const homeState = (home: NonNullable<SandboxRecord['home']>): NonNullable<Sandbox['home']> => ({
  state: home.state,
  restored_files: home.restored_files,
  restored_bytes: home.restored_bytes,
  saved_at: home.saved_at,
  checkpoint_id: home.checkpoint_id,
  partial: home.partial,
  fault: home.fault,
});

/** A sandbox as callers see it: every field by name, so that nothing else of the record leaves the service. */
export const publicSandbox = (record: SandboxRecord, nowMs: number): Sandbox => ({
  sandbox_id: record.sandbox_id,
  user_id: record.user_id,
  status: record.status,
  created_at: record.created_at,
  ready_at: 'ready_at' in record ? record.ready_at : null,
  expires_at: record.expires_at,
  ended_at: 'ended_at' in record ? record.ended_at : null,
  stop_reason: 'stop_reason' in record ? record.stop_reason : null,
  stop_detail: 'stop_detail' in record ? record.stop_detail : null,
  hot_path: homePath,
  cold_path: record.storage.cold ? coldPath : null,
  template: record.template,
  image_digest: record.image_digest,
  size: record.size,
  ttl_seconds: record.ttl_seconds,
  idle_timeout_seconds: record.idle_timeout_seconds,
  labels: record.labels,
  started_from: record.started_from,
  cost_usd: cost(record, nowMs),
  last_active_at: record.last_active_at,
  generation: record.generation,
  home: record.home && homeState(record.home),
  result: 'result' in record ? record.result : null,
});
