import { newId } from '../../../lambdas/core/ids.ts';
import type { CreatingRecord } from '../../../lambdas/core/sandboxes/record.ts';

/** A record as its creation writes it. */
export const creatingRecord = (nowMs: number, fields: Partial<CreatingRecord> = {}): CreatingRecord => ({
  status: 'creating',
  sandbox_id: newId('sbx', nowMs),
  user_id: 'ada',
  created_by: 'somebody',
  version: 1,
  attempt: 1,
  generation: 0,
  created_at: new Date(nowMs).toISOString(),
  expires_at: new Date(nowMs + 7_200_000).toISOString(),
  template: 'base',
  image_digest: null,
  size: { name: 's', cpu: 0.5, memory_mb: 1_024, disk_gb: 20 },
  ttl_seconds: 7_200,
  idle_timeout_seconds: 0,
  labels: {},
  on_ready: null,
  last_active_at: null,
  channel_wanted_until: null,
  started_from: 'cold',
  storage: { hot: true, cold: false },
  home_from: null,
  home: null,
  ...fields,
});
