import { accountLimits } from '../../../contract/account-limits.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { timeOver } from '../sandboxes/life/due.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import type { HasTime } from '../time-limit.ts';
import { describeInTurn, type Seen } from './describe-in-turn.ts';
import { endUnlaunched } from './end-unlaunched.ts';
import type { Counts } from './jobs.ts';
import type { Pace } from './pace.ts';
import type { DueRecords, TaskLookups } from './ports.ts';
import { settleGone, settleSeen } from './settle-seen.ts';

export interface OverduePorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly dueRecords: Pick<DueRecords, 'due'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly lookups: Pick<TaskLookups, 'describe' | 'startedBy'>;
  readonly clock: Clock;
  readonly log: Log;
  /** For stops, and for looks. */
  readonly changes: Pace;
  readonly reads: Pace;
}

// What the service promises: a machine that still runs so long after its deadline is a broken promise.
const promisedMs = 4 * 60_000;

/** Stops the machine of a record that has just been told to end, or that still hasn't. */
async function stop(ports: OverduePorts, record: SandboxRecord): Promise<void> {
  const task = taskOf(record);
  if (task === undefined) return;
  await ports.changes();
  if ((await ports.tasks.stop(task.arn, 'its time is over')) === 'absent') await settleGone(ports, record);
}

/** Looks at a sandbox that should have ended by now: settles it by what is there of its machine, or stops that again. */
async function lookAgain(ports: OverduePorts, record: SandboxRecord, seen: Seen): Promise<'settled' | 'still'> {
  const { records, clock } = ports;
  const task = taskOf(record);
  const found = task && seen.of(task);
  if (await settleSeen(ports, record, found)) return 'settled';
  const later = await changeRecord(records, record.sandbox_id, (now) => {
    const event = timeOver(now, clock.now());
    return event && applyEvent(now, event, clock.now());
  });
  const isStopping = typeof found === 'object' && found.desiredStatus === 'STOPPED';
  if (later !== undefined && !isStopping) await stop(ports, later);
  return 'still';
}

/** Ends a sandbox whose time is over, unless it was given more meanwhile: one conditional write decides. */
async function endNow(ports: OverduePorts, sandboxId: string): Promise<void> {
  const { records, clock } = ports;
  let isEnding = false;
  const record = await changeRecord(records, sandboxId, (now) => {
    const event = timeOver(now, clock.now());
    isEnding = event !== undefined;
    return event && applyEvent(now, event, clock.now());
  });
  if (isEnding && record !== undefined) await stop(ports, record);
}

async function endOne(ports: OverduePorts, record: SandboxRecord, seen: Seen): Promise<'settled' | 'still' | 'ended'> {
  if (record.status === 'shutting_down') return await lookAgain(ports, record, seen);
  if (record.status === 'creating') await endUnlaunched(ports, record.sandbox_id);
  else await endNow(ports, record.sandbox_id);
  return 'ended';
}

/**
 * Ends what is overdue, by the index of due times. A record that fails is left to the next run, and so is everything else once
 * ECS wants fewer calls.
 */
export async function endOverdue(ports: OverduePorts, hasTime: HasTime): Promise<Counts> {
  const { dueRecords, clock, log } = ports;
  const counts = { ended: 0, settled: 0, still: 0, failed: 0, expiredStillRunning: 0 };
  let isThrottled = false;
  const endAndCount = async (record: SandboxRecord, seen: Seen) => {
    if (isThrottled || !hasTime()) return;
    try {
      const done = await endOne(ports, record, seen);
      counts[done] += 1;
      if (done === 'still' && clock.now() > Date.parse(record.expires_at) + promisedMs) counts.expiredStillRunning += 1;
    } catch (error) {
      counts.failed += 1;
      isThrottled ||= error instanceof SandboxError && error.code === 'rate_limited';
      log.error('reaper', { event: 'reaper.end', outcome: 'failed', sandboxId: record.sandbox_id, error });
    }
  };
  for await (const page of dueRecords.due(clock.now())) {
    if (isThrottled || !hasTime()) break;
    for (let from = 0; from < page.length; from += accountLimits.tasksPerRead) {
      const part = page.slice(from, from + accountLimits.tasksPerRead);
      const seen = await describeInTurn(
        ports,
        part.filter(({ status }) => status === 'shutting_down'),
      );
      await Promise.all(part.map((record) => endAndCount(record, seen)));
    }
  }
  return { ...counts, throttled: isThrottled ? 1 : 0 };
}
