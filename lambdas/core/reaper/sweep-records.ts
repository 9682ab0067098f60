import type { Clock } from '../../../contract/clock.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';
import type { HasTime } from '../time-limit.ts';
import { describeInTurn } from './describe-in-turn.ts';
import type { Counts } from './jobs.ts';
import type { Pace } from './pace.ts';
import type { Cursors, DueRecords, TaskLookups } from './ports.ts';
import { settleSeen } from './settle-seen.ts';
import { walkOn } from './walk-on.ts';

export interface SweepRecordsPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly dueRecords: Pick<DueRecords, 'live'>;
  readonly lookups: Pick<TaskLookups, 'describe'>;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly reads: Pace;
}

/** From records to tasks, a page or two a run: a live sandbox whose task has stopped, or is gone, is settled. */
export async function sweepRecords(ports: SweepRecordsPorts, hasTime: HasTime): Promise<Counts> {
  const { dueRecords, cursors } = ports;
  let looked = 0;
  let settled = 0;
  await walkOn(cursors, 'records', hasTime, async (after) => {
    const { records, next } = await dueRecords.live(after);
    const seen = await describeInTurn(ports, records);
    const settle = (record: SandboxRecord) => {
      const task = taskOf(record);
      return settleSeen(ports, record, task && seen.of(task));
    };
    const found = await Promise.all(records.map(settle));
    looked += records.length;
    settled += found.filter(Boolean).length;
    return next;
  });
  return { looked, settled };
}
