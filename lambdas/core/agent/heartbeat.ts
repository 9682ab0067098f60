import { isDeepStrictEqual } from 'node:util';
import type { Heartbeat } from '../../../contract/api/agent-reports.ts';
import { type GiveBackPorts, giveBackSlots } from '../access/give-back-slots.ts';
import type { Answer, Call } from '../operation.ts';
import { applyEvent, type SandboxEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { isEnding, noSuchSandbox, sandboxEnded } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { hasEnded, type SandboxRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import type { MachinePoints } from '../usage/ports.ts';
import { assertOwn } from './own-record.ts';

export interface HeartbeatPorts extends GiveBackPorts {
  readonly records: Pick<SandboxRecords, 'sandboxOfTask' | 'get' | 'replace' | 'touch'>;
  readonly points: Pick<MachinePoints, 'add'>;
}

/**
 * What a beat says of the sandbox. At its deadline an agent asks whether that still holds, and ends unless it was moved: the answer
 * and the end are one write, so that nobody moves it in between.
 */
function eventOf(record: SandboxRecord, { state, reason, detail }: Heartbeat, nowMs: number): SandboxEvent | undefined {
  if (state === 'ending') return { name: 'agent_ending', reason: reason ?? 'error', detail };
  if (!isEnding(record) && Date.parse(record.expires_at) <= nowMs)
    return { name: 'time_over', reason: 'expired', detail: null };
  return state === 'ready' ? { name: 'agent_ready' } : undefined;
}

/** The record after a beat; undefined when it says nothing new. What it says of the home counts while there is a machine. */
function afterBeat(record: SandboxRecord, body: Heartbeat, nowMs: number): SandboxRecord | undefined {
  const event = eventOf(record, body, nowMs);
  const moved = event && applyEvent(record, event, nowMs);
  const { home } = body;
  if (home === undefined || hasEnded(moved ?? record) || isDeepStrictEqual(home, record.home)) return moved;
  return { ...(moved ?? record), home, version: record.version + 1 };
}

/** Takes what the agent says of itself and tells it what is wanted. Throws `sandbox_ended` once nothing is. */
export async function heartbeat(
  ports: HeartbeatPorts,
  { caller, params, body, note }: Call<'heartbeat'>,
): Promise<Answer<'heartbeat'>> {
  const { records, points, clock } = ports;
  const id = params.sandbox_id;
  await assertOwn(records, id, caller);
  let becameReady = false;
  const record = await changeRecord(records, id, (now) => {
    const next = afterBeat(now, body, clock.now());
    becameReady = next?.status === 'ready' && now.status !== 'ready';
    return next;
  });
  if (record === undefined) throw noSuchSandbox(id);
  if (hasEnded(record)) throw sandboxEnded(record);
  // Figures that are lost are no reason to leave an agent without its deadline.
  if (body.machine !== undefined) {
    const point = { ...body.machine, at: isoTime(clock.now()), running_commands: body.running_commands };
    await points.add(id, point).catch(() => undefined);
  }
  await giveBackSlots(ports, id, body.open_grants);
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
