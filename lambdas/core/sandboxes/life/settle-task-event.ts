import { SandboxId } from '../../../../contract/api/identifiers.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { PoolMembers } from '../../pool/ports.ts';
import { isOfPool, settleMember } from '../../pool/settle-member.ts';
import type { SandboxRecords } from '../ports.ts';
import { type SandboxRecord, taskOf } from '../record.ts';
import type { Tasks } from '../task-ports.ts';
import { settleTask, type TaskReport } from './settle-task.ts';

export interface SettlePorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly pool: Pick<PoolMembers, 'all' | 'remove'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly clock: Clock;
}

export interface Settled {
  readonly record: SandboxRecord | undefined;
  /** Whether it is a machine that waits in a pool. */
  readonly isPooled: boolean;
  /** Whether it was told to stop, because its sandbox has ended or has another task. */
  readonly isStopped: boolean;
}

/** What a task's event is for: its record, or its place in a pool, is settled, and a task that came too late for its sandbox is stopped. */
export async function settleTaskEvent(ports: SettlePorts, report: TaskReport): Promise<Settled> {
  const ofPool = isOfPool(report);
  // First its pool: from there it may go to a sandbox, and never back.
  if (ofPool && (await settleMember(ports.pool, report)))
    return { record: undefined, isPooled: true, isStopped: false };
  const record = await settleTask(ports, report);
  const isOurs = ofPool || SandboxId.safeParse(report.startedBy).success;
  const isWanted = record !== undefined && taskOf(record)?.id === report.id;
  if (!isOurs || isWanted || report.desiredStatus === 'STOPPED') return { record, isPooled: false, isStopped: false };
  await ports.tasks.stop(report.arn, 'its sandbox has ended');
  return { record, isPooled: false, isStopped: true };
}
