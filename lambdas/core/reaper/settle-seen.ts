import type { Clock } from '../../../contract/clock.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { settleTask } from '../sandboxes/life/settle-task.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { type SandboxRecord, taskOf } from '../sandboxes/record.ts';
import type { SeenTask } from './ports.ts';

interface Ports {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly clock: Clock;
}

const lost = { name: 'task_stopped', reason: 'lost', detail: 'its machine is gone' } as const;

/** Ends a sandbox whose machine ECS no longer knows, unless it has ended or has another one by now. */
export async function settleGone({ records, clock }: Ports, record: SandboxRecord): Promise<void> {
  const id = taskOf(record)?.id;
  await changeRecord(records, record.sandbox_id, (now) =>
    taskOf(now)?.id === id ? applyEvent(now, lost, clock.now()) : undefined,
  );
}

/** Brings a record in line with what was seen of its task; answers whether there was anything to settle. */
export async function settleSeen(
  ports: Ports,
  record: SandboxRecord,
  found: SeenTask | 'gone' | undefined,
): Promise<boolean> {
  if (found === 'gone') await settleGone(ports, record);
  else if (found?.lastStatus === 'STOPPED') await settleTask(ports, found);
  else return false;
  return true;
}
