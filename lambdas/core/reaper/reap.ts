import { accountLimits } from '../../../contract/account-limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { DeploymentRecords } from '../admin/ports.ts';
import type { Log } from '../log.ts';
import { fillPools } from '../pool/fill-pools.ts';
import type { Pool, PoolMembers } from '../pool/ports.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import { endOverdue } from './end-overdue.ts';
import { type Job, runJobs } from './jobs.ts';
import { halfOf } from './pace.ts';
import type { Cursors, DueRecords, TaskLookups } from './ports.ts';
import { sweepRecords } from './sweep-records.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { tellSpend } from './tell-spend.ts';

export interface ReapPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly dueRecords: DueRecords;
  readonly pools: readonly Pool[];
  readonly pool: PoolMembers;
  readonly tasks: Pick<Tasks, 'launch' | 'stop'>;
  readonly lookups: TaskLookups;
  readonly cursors: Cursors;
  readonly operators: Pick<DeploymentRecords, 'settings' | 'spend'>;
  readonly clock: Clock;
  readonly log: Log;
}

const poolBudgetMs = 10_000;

const withPace = (ports: ReapPorts) => ({
  ...ports,
  changes: halfOf(accountLimits.ecsChanges, ports.clock),
  reads: halfOf(accountLimits.ecsReads, ports.clock),
});

/** What is done every minute, in this order; their budgets together stay well under the function's time. */
function jobsOf(ports: ReapPorts): readonly Job[] {
  const paced = withPace(ports);
  return [
    { name: 'overdue', budgetMs: 25_000, run: (hasTime) => endOverdue(paced, hasTime) },
    { name: 'records', budgetMs: 5_000, run: (hasTime) => sweepRecords(paced, hasTime) },
    { name: 'tasks', budgetMs: 5_000, run: (hasTime) => sweepTasks(paced, hasTime) },
    { name: 'pool', budgetMs: poolBudgetMs, run: (hasTime) => fillPools(paced, hasTime) },
    { name: 'spend', budgetMs: 1_000, run: () => tellSpend(ports) },
  ];
}

/** One run of the reaper. Its cost follows what is due, and what is left over waits for the next. Throws what a job failed at. */
export const reap = (ports: ReapPorts): Promise<void> => runJobs(jobsOf(ports), ports);

/** Fills the pools, between two of these runs: one has been taken from. */
export const refill = (ports: ReapPorts): Promise<void> =>
  runJobs([{ name: 'pool', budgetMs: poolBudgetMs, run: (hasTime) => fillPools(withPace(ports), hasTime) }], ports);
