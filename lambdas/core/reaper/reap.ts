import { accountLimits } from '../../../contract/account-limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { DeploymentRecords } from '../admin/ports.ts';
import type { Log, SandboxRecords, Tasks } from '../ports.ts';
import { endOverdue } from './end-overdue.ts';
import { type Job, runJobs } from './jobs.ts';
import { halfOf } from './pace.ts';
import type { Cursors, DueRecords, TaskLookups } from './ports.ts';
import { sweepRecords } from './sweep-records.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { tellSpend } from './tell-spend.ts';

export interface ReapPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace'>;
  readonly dueRecords: DueRecords;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly lookups: TaskLookups;
  readonly cursors: Cursors;
  readonly operators: Pick<DeploymentRecords, 'spend'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is done every minute, in this order; their budgets together stay well under the function's time. */
function jobsOf(ports: ReapPorts): readonly Job[] {
  const { clock } = ports;
  const paced = {
    ...ports,
    changes: halfOf(accountLimits.ecsChanges, clock),
    reads: halfOf(accountLimits.ecsReads, clock),
  };
  return [
    { name: 'overdue', budgetMs: 25_000, run: (hasTime) => endOverdue(paced, hasTime) },
    { name: 'records', budgetMs: 5_000, run: (hasTime) => sweepRecords(paced, hasTime) },
    { name: 'tasks', budgetMs: 5_000, run: (hasTime) => sweepTasks(paced, hasTime) },
    { name: 'spend', budgetMs: 1_000, run: () => tellSpend(ports) },
  ];
}

/** One run of the reaper. Its cost follows what is due, and what is left over waits for the next. Throws what a job failed at. */
export const reap = (ports: ReapPorts): Promise<void> => runJobs(jobsOf(ports), ports);
