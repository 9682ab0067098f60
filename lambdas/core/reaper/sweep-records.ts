import type { Clock } from '../../../contract/clock.ts';
import type { SandboxRecords } from '../ports.ts';
import { applyEvent } from '../sandboxes/apply-event.ts';
import { changeRecord } from '../sandboxes/change-record.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';
import { settleTask } from '../sandboxes/settle-task.ts';
import { describeInTurn, type Seen } from './describe-in-turn.ts';
import type { Counts, HasTime } from './jobs.ts';
import type { Pace } from './pace.ts';
import type { Cursors, DueRecords, TaskLookups } from './ports.ts';

export interface SweepRecordsPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly dueRecords: Pick<DueRecords, 'live'>;
  readonly lookups: Pick<TaskLookups, 'describe'>;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly reads: Pace;
}

const cursor = 'records';
const pagesPerRun = 2;

/** Brings a record in line with what is there of its task; answers whether there was anything to settle. */
async function settle(ports: SweepRecordsPorts, record: SandboxRecord, seen: Seen): Promise<boolean> {
  const task = taskOf(record);
  const found = task && seen.of(task);
  if (found === undefined || (found !== 'gone' && found.lastStatus !== 'STOPPED')) return false;
  if (found !== 'gone') {
    await settleTask(ports, found);
    return true;
  }
  const { records, clock } = ports;
  const lost = { name: 'task_stopped', reason: 'lost', detail: 'its machine is gone' } as const;
  await changeRecord(records, record.sandbox_id, (now) =>
    taskOf(now)?.id === task?.id ? applyEvent(now, lost, clock.now()) : undefined,
  );
  return true;
}

/** From records to tasks, a page or two a run: a live sandbox whose task has stopped, or is gone, is settled. */
export async function sweepRecords(ports: SweepRecordsPorts, hasTime: HasTime): Promise<Counts> {
  const { dueRecords, cursors } = ports;
  const begun = await cursors.read(cursor);
  let after = begun;
  let looked = 0;
  let settled = 0;
  for (let page = 0; page < pagesPerRun && hasTime(); page++) {
    const { records, next } = await dueRecords.live(after);
    const seen = await describeInTurn(ports, records);
    const found = await Promise.all(records.map((record) => settle(ports, record, seen)));
    looked += records.length;
    settled += found.filter(Boolean).length;
    after = next;
    if (next === undefined) break;
  }
  if (after !== begun) await cursors.write(cursor, after);
  return { looked, settled };
}
