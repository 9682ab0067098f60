import type { Heartbeat } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import type { SandboxRecords } from '../ports.ts';
import { applyEvent, type SandboxEvent } from '../sandboxes/apply-event.ts';
import { changeRecord } from '../sandboxes/change-record.ts';
import { noSuchSandbox, sandboxEnded } from '../sandboxes/owned.ts';
import { hasEnded } from '../sandboxes/record.ts';
import { assertOwn } from './own-record.ts';

export interface HeartbeatPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get' | 'replace' | 'touch'>;
  readonly clock: Clock;
}

function eventOf({ state, reason, detail }: Heartbeat): SandboxEvent | undefined {
  if (state === 'ready') return { name: 'agent_ready' };
  if (state === 'ending') return { name: 'agent_ending', reason: reason ?? 'error', detail };
  return undefined;
}

/** Takes what the agent says of itself and tells it what is wanted. Throws `sandbox_ended` once nothing is. */
export async function heartbeat(
  { records, clock }: HeartbeatPorts,
  { caller, params, body, note }: Call<'heartbeat'>,
): Promise<Answer<'heartbeat'>> {
  const id = params.sandbox_id;
  await assertOwn(records, id, caller);
  const event = eventOf(body);
  let becameReady = false;
  const record = await changeRecord(records, id, (now) => {
    const next = event && applyEvent(now, event, clock.now());
    becameReady = next?.status === 'ready' && now.status !== 'ready';
    return next;
  });
  if (record === undefined) throw noSuchSandbox(id);
  if (hasEnded(record)) throw sandboxEnded(record);
  if (body.last_active_at !== null && Date.parse(body.last_active_at) <= clock.now())
    await records.touch(record, body.last_active_at);
  if (becameReady) note({ readyMs: clock.now() - Date.parse(record.created_at) });
  const { expires_at, idle_timeout_seconds } = record;
  const stop = record.status === 'shutting_down' ? record.stop_wish : 'no';
  const revoked = record.status === 'ready' ? record.revoked_grants : [];
  const valid = revoked.filter((one) => Date.parse(one.expires_at) > clock.now());
  const revoked_grants = valid.map(({ grant_id }) => grant_id);
  return { status: 200, body: { expires_at, idle_timeout_seconds, stop, revoked_grants } };
}
