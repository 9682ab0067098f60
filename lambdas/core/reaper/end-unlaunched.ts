import type { Clock } from '../../../contract/clock.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { timeOver } from '../sandboxes/life/due.ts';
import { settleTask, taskAccepted } from '../sandboxes/life/settle-task.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import type { Pace } from './pace.ts';
import type { SeenTask, TaskLookups } from './ports.ts';

interface Ports {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly lookups: Pick<TaskLookups, 'describe' | 'startedBy'>;
  readonly clock: Clock;
  readonly changes: Pace;
  readonly reads: Pace;
}

/** The task that was launched after all, if there is one. */
async function findLaunched({ lookups, reads }: Ports, sandboxId: string): Promise<SeenTask | undefined> {
  await reads();
  const arns = await lookups.startedBy(sandboxId);
  if (arns.length === 0) return undefined;
  await reads();
  const [task] = await lookups.describe(arns);
  return task;
}

/**
 * Ends a sandbox that has waited for its machine too long: whoever launched it died, or never learnt what came of it. RunTask is
 * not asked again. A machine that is there is written down and told to stop in one write, so that nobody begins to use it.
 */
export async function endUnlaunched(ports: Ports, sandboxId: string): Promise<void> {
  const { records, tasks, clock, changes } = ports;
  const found = await findLaunched(ports, sandboxId);
  if (found?.lastStatus === 'STOPPED') {
    await settleTask(ports, found);
    return;
  }
  const end = (now: SandboxRecord): SandboxRecord | undefined => {
    const event = now.status === 'creating' ? timeOver(now, clock.now()) : undefined;
    if (event === undefined) return undefined;
    const launched = found && applyEvent(now, taskAccepted(found, now.created_at), clock.now());
    return applyEvent(launched ?? now, event, clock.now());
  };
  const record = await changeRecord(records, sandboxId, end);
  if (found === undefined || record?.status !== 'shutting_down') return;
  await changes();
  await tasks.stop(found.arn, 'its launch was never written down');
}
