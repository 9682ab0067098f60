import { gitSeconds } from '../../../../contract/api/sandboxes/git-source.ts';
import { isoAfter } from '../../time.ts';
import { type SandboxRecord, taskOf } from '../record.ts';
import type { SandboxEvent } from './apply-event.ts';

// How long each state may last until somebody looks at it, in seconds.
const launchSeconds = 120;
const startSeconds = 600;
// An agent ends its sandbox by itself, and says so, in the minute after the deadline.
const graceSeconds = 60;
// As long as an agent may save.
const saveSeconds = 60;

/** What is cloned and its own first command have their own time. */
const startTime = (record: SandboxRecord): number =>
  startSeconds + (record.git ? gitSeconds : 0) + (record.on_ready?.timeout_seconds ?? 0);

const earlier = (one: string, other: string): string => (one < other ? one : other);
const afterTime = (iso: string, seconds: number): string => isoAfter(Date.parse(iso), seconds);

/** When somebody has to look at a sandbox that has not moved on until then; undefined once it has ended. Pure. */
export function dueAt(record: SandboxRecord): string | undefined {
  if (record.status === 'creating') return afterTime(record.created_at, launchSeconds);
  if (record.status === 'starting')
    return earlier(afterTime(record.task.launched_at, startTime(record)), afterTime(record.expires_at, graceSeconds));
  if (record.status === 'ready') return afterTime(record.expires_at, graceSeconds);
  if (record.status === 'shutting_down') return record.look_at;
  return undefined;
}

/** When a sandbox that ends, or still does when looked at, has to be looked at again. */
export const nextLook = (nowMs: number): string => isoAfter(nowMs, saveSeconds);

/** What happens to a sandbox whose time in its state is over; undefined while it isn't. Pure. */
export function timeOver(record: SandboxRecord, nowMs: number): SandboxEvent | undefined {
  const due = dueAt(record);
  if (due === undefined || Date.parse(due) > nowMs) return undefined;
  if (record.status === 'creating')
    return { name: 'time_over', reason: 'platform', detail: 'nobody knows what became of its launch' };
  if (taskOf(record) !== undefined && Date.parse(record.expires_at) <= nowMs)
    return { name: 'time_over', reason: 'expired', detail: null };
  return { name: 'time_over', reason: 'start_timeout', detail: `not ready after ${startTime(record)} s` };
}
