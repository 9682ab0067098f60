import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Deployment } from '../deployment.ts';
import type { Answer, Call } from '../operation.ts';
import { isoAfter } from '../time.ts';
import { changeRecord } from './life/change-record.ts';
import { assertTtl } from './life/ttl.ts';
import { ifOwned, isEnding, sandboxEnded } from './owned.ts';
import type { SandboxRecords } from './ports.ts';
import { publicSandbox } from './public-sandbox.ts';
import type { SandboxRecord } from './record.ts';

export interface PatchPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace'>;
  readonly clock: Clock;
  readonly deployment: Deployment;
}

// The agent asks once, at its deadline, by a clock that may be this far ahead: after that it ends whatever is written.
const lastMomentMs = 1_000;

function assertInTime(record: SandboxRecord, nowMs: number): void {
  if (nowMs < Date.parse(record.expires_at) - lastMomentMs) return;
  const { sandbox_id, status, expires_at } = record;
  throw new SandboxError('sandbox_ended', `${sandbox_id} ends: its time was over at ${expires_at}`, {
    details: { status, stop_reason: 'expired', ended_at: null },
  });
}

/** Changes what may be changed of a sandbox that has not ended. Its agent learns of it with its next heartbeat. */
export async function patchSandbox(ports: PatchPorts, call: Call<'patchSandbox'>): Promise<Answer<'patchSandbox'>> {
  const { records, clock, deployment } = ports;
  const { caller, params, body: patch } = call;
  if (patch.ttl_seconds !== undefined) assertTtl(patch.ttl_seconds, deployment.quotas.max_ttl_seconds);
  const changed = await changeRecord(records, params.sandbox_id, (record) => {
    ifOwned(record, params.sandbox_id, caller);
    if (isEnding(record)) throw sandboxEnded(record);
    const ttl = patch.ttl_seconds;
    if (ttl !== undefined) assertInTime(record, clock.now());
    return {
      ...record,
      version: record.version + 1,
      ttl_seconds: ttl ?? record.ttl_seconds,
      expires_at: ttl === undefined ? record.expires_at : isoAfter(clock.now(), ttl),
      idle_timeout_seconds: patch.idle_timeout_seconds ?? record.idle_timeout_seconds,
      labels: patch.labels ?? record.labels,
    };
  });
  return { status: 200, body: publicSandbox(ifOwned(changed, params.sandbox_id, caller), clock.now()) };
}
