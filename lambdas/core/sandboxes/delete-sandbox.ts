import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { applyEvent } from './life/apply-event.ts';
import { changeRecord } from './life/change-record.ts';
import { ifOwned } from './owned.ts';
import type { SandboxRecords } from './ports.ts';
import { publicSandbox } from './public-sandbox.ts';
import { hasEnded, taskOf } from './record.ts';
import type { Tasks } from './task-ports.ts';

export interface DeletePorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace'>;
  readonly tasks: Pick<Tasks, 'stop'>;
  readonly clock: Clock;
}

/**
 * Ends a sandbox, however often it is asked to. The wish is written before the task is told, so that a call that dies in between
 * can be repeated and the agent learns of it from its next heartbeat in any case.
 */
export async function deleteSandbox(ports: DeletePorts, call: Call<'deleteSandbox'>): Promise<Answer<'deleteSandbox'>> {
  const { records, tasks, clock } = ports;
  const { caller, params, query } = call;
  const id = params.sandbox_id;
  const asked = await changeRecord(records, id, (record) => {
    ifOwned(record, id, caller);
    return applyEvent(record, { name: 'delete_requested', graceful: query.graceful }, clock.now());
  });
  let record = ifOwned(asked, id, caller);
  const task = taskOf(record);
  if (task !== undefined && (await tasks.stop(task.arn, `deleted by ${caller.kind}`)) === 'absent') {
    const gone = { name: 'task_stopped', reason: 'lost', detail: 'its machine is gone' } as const;
    record = (await changeRecord(records, id, (now) => applyEvent(now, gone, clock.now()))) ?? record;
  }
  return { status: hasEnded(record) ? 200 : 202, body: publicSandbox(record, clock.now()) };
}
