import type { Result, StopReason } from '../../../../contract/api/sandboxes/sandbox-record.ts';
import { isoTime } from '../../time.ts';
import { type AssignedAgent, hasEnded, type SandboxRecord, type Task, taskOf } from '../record.ts';
import { nextLook } from './due.ts';
import { type EventName, endOf, nextState } from './states.ts';

interface Why {
  readonly reason: StopReason;
  readonly detail: string | null;
  /** What the code inside has left. */
  readonly result?: Result | null;
}

/** An event with what it brings. */
export type SandboxEvent =
  | { readonly name: 'task_accepted'; readonly task: Task }
  | ({ readonly name: 'task_refused' } & Why)
  | { readonly name: 'handed_over'; readonly task: Task; readonly agent: AssignedAgent }
  | { readonly name: 'assigned'; readonly agent: AssignedAgent }
  | { readonly name: 'agent_ready' }
  | ({ readonly name: 'agent_ending' } & Why)
  | { readonly name: 'delete_requested'; readonly graceful: boolean }
  | ({ readonly name: 'time_over' } & Why)
  | ({ readonly name: 'task_stopping'; readonly version: number } & Why)
  | ({ readonly name: 'task_stopped' } & Why);

const commonOf = (record: SandboxRecord) => ({
  sandbox_id: record.sandbox_id,
  user_id: record.user_id,
  created_by: record.created_by,
  version: record.version + 1,
  attempt: record.attempt,
  generation: record.generation,
  created_at: record.created_at,
  expires_at: record.expires_at,
  template: record.template,
  image_digest: record.image_digest,
  size: record.size,
  ttl_seconds: record.ttl_seconds,
  idle_timeout_seconds: record.idle_timeout_seconds,
  labels: record.labels,
  started_from: record.started_from,
  git: record.git,
  on_ready: record.on_ready,
  last_active_at: record.last_active_at,
  channel_wanted_until: record.channel_wanted_until,
  storage: record.storage,
  home_from: record.home_from,
  home: record.home,
});

const readyAt = (record: SandboxRecord): string | null => ('ready_at' in record ? record.ready_at : null);

/** Why it ends: what was already known rules over what comes after it. */
function whyOf(record: SandboxRecord, event: SandboxEvent) {
  if ('stop_reason' in record) {
    const { stop_reason, stop_detail, result } = record;
    return { stop_reason, stop_detail, result };
  }
  if (!('reason' in event)) return { stop_reason: 'user_requested', stop_detail: null, result: null } as const;
  return { stop_reason: event.reason, stop_detail: event.detail, result: event.result ?? null };
}

function end(record: SandboxRecord, event: SandboxEvent, nowMs: number): SandboxRecord {
  const why = whyOf(record, event);
  return {
    ...commonOf(record),
    ...why,
    status: endOf(why.stop_reason),
    ready_at: readyAt(record),
    ended_at: isoTime(nowMs),
    billed_from: taskOf(record)?.launched_at ?? null,
    last_task_id: taskOf(record)?.id ?? null,
  };
}

/** It still ends: somebody looks again later. */
function lookAgain(record: SandboxRecord & { status: 'shutting_down' }, nowMs: number): SandboxRecord | undefined {
  const look_at = nextLook(nowMs);
  return look_at === record.look_at ? undefined : { ...record, version: record.version + 1, look_at };
}

function shutDown(record: SandboxRecord, event: SandboxEvent, nowMs: number): SandboxRecord | undefined {
  const task = taskOf(record);
  if (task === undefined) return undefined;
  const isEnding = record.status === 'shutting_down';
  if (isEnding && event.name === 'time_over') return lookAgain(record, nowMs);
  const now = event.name === 'delete_requested' && !event.graceful;
  if (isEnding && (record.stop_wish === 'now' || !now)) return undefined;
  return {
    ...commonOf(record),
    ...whyOf(record, event),
    status: 'shutting_down',
    task: { ...task, event_version: event.name === 'task_stopping' ? event.version : task.event_version },
    ready_at: readyAt(record),
    stop_wish: now ? 'now' : 'graceful',
    look_at: isEnding ? record.look_at : nextLook(nowMs),
  };
}

function start(record: SandboxRecord, event: SandboxEvent): SandboxRecord | undefined {
  if (event.name === 'task_accepted') return { ...commonOf(record), status: 'starting', task: event.task, agent: null };
  if (event.name === 'handed_over') {
    const { task, agent } = event;
    const generation = record.generation + 1;
    return { ...commonOf(record), started_from: 'pool', generation, status: 'starting', task, agent };
  }
  if (event.name !== 'assigned' || record.status !== 'starting' || record.agent !== null) return undefined;
  return {
    ...commonOf(record),
    generation: record.generation + 1,
    status: 'starting',
    task: record.task,
    agent: event.agent,
  };
}

/** The agent is ready only once it has its assignment. */
function becomeReady(record: SandboxRecord, nowMs: number): SandboxRecord | undefined {
  if (record.status !== 'starting' || record.agent === null) return undefined;
  const { task, agent } = record;
  return { ...commonOf(record), status: 'ready', task, agent, ready_at: isoTime(nowMs), revoked_grants: [] };
}

/** The record after an event, one version further; undefined when the event changes nothing. Pure. */
export function applyEvent(record: SandboxRecord, event: SandboxEvent, nowMs: number): SandboxRecord | undefined {
  if (hasEnded(record)) return undefined;
  const next = nextState(record.status, event.name satisfies EventName);
  if (next === 'end') return end(record, event, nowMs);
  if (next === 'starting') return start(record, event);
  if (next === 'ready') return becomeReady(record, nowMs);
  if (next === 'shutting_down') return shutDown(record, event, nowMs);
  return undefined;
}
