import { SandboxId } from '../../../contract/api/identifiers.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../log.ts';
import type { PoolMembers } from '../pool/ports.ts';
import { isOfPool } from '../pool/settle-member.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { taskOf } from '../sandboxes/record.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import type { HasTime } from '../time-limit.ts';
import type { Counts } from './jobs.ts';
import type { Pace } from './pace.ts';
import type { Cursors, SeenTask, TaskLookups } from './ports.ts';
import { walkOn } from './walk-on.ts';

export interface SweepTasksPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'sandboxOfTask'>;
  readonly pool: Pick<PoolMembers, 'all'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly lookups: Pick<TaskLookups, 'describe' | 'running'>;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly log: Log;
  readonly changes: Pace;
  readonly reads: Pace;
}

// The record of a launch is written before and after it; until then nobody can say whose task it is.
const launchMs = 120_000;

/** Whether a live sandbox or a pool has this task, or may be about to write that it has. */
async function hasSandbox({ records, pool }: SweepTasksPorts, task: SeenTask): Promise<boolean> {
  const ofPool = isOfPool(task);
  // A member that isn't in its pool any more may just have been handed over: its sandbox is asked for after its pool.
  if (ofPool && (await pool.all()).some(({ member_id }) => member_id === task.startedBy)) return true;
  const sandboxId = ofPool ? await records.sandboxOfTask(task.id) : SandboxId.safeParse(task.startedBy).data;
  if (sandboxId === undefined) return false;
  const record = await records.get(sandboxId);
  return record !== undefined && (record.status === 'creating' || taskOf(record)?.id === task.id);
}

/** Stops a task that no live sandbox has; answers whether it was one. */
async function stopOrphan(ports: SweepTasksPorts, task: SeenTask): Promise<boolean> {
  const { clock, log, tasks, changes } = ports;
  if (task.desiredStatus === 'STOPPED' || clock.now() < task.createdAtMs + launchMs) return false;
  if (await hasSandbox(ports, task)) return false;
  await changes();
  await tasks.stop(task.arn, 'no sandbox has this task');
  log.error('reaper', { event: 'reaper.orphan', outcome: 'stopped', taskId: task.id, startedBy: task.startedBy });
  return true;
}

/** From tasks to records, a page or two a run: a task of the cluster that no live sandbox and no pool has is stopped. */
export async function sweepTasks(ports: SweepTasksPorts, hasTime: HasTime): Promise<Counts> {
  const { lookups, cursors, reads } = ports;
  let looked = 0;
  let orphanedTasks = 0;
  await walkOn(cursors, 'tasks', hasTime, async (after) => {
    await reads();
    const { arns, next } = await lookups.running(after);
    if (arns.length > 0) await reads();
    const tasks = arns.length > 0 ? await lookups.describe(arns) : [];
    const orphans = await Promise.all(tasks.map((task) => stopOrphan(ports, task)));
    looked += tasks.length;
    orphanedTasks += orphans.filter(Boolean).length;
    return next;
  });
  return { looked, orphanedTasks };
}
