import type { Clock } from '../../contract/clock.ts';
import type { Log, SandboxRecords } from '../core/ports.ts';
import { settleTask } from '../core/sandboxes/settle-task.ts';
import { reportOf, TaskEvent } from './task-event.ts';

interface Services {
  readonly ports: { readonly records: Pick<SandboxRecords, 'get' | 'replace'>; readonly clock: Clock };
  readonly log: Log;
}

/** The handler of task events. What it throws makes Lambda deliver the event again; an event that can't be read is not worth that. */
export function settleTaskHandler({ ports, log }: Services): (event: unknown) => Promise<void> {
  return async (event) => {
    const parsed = TaskEvent.safeParse(event);
    if (!parsed.success)
      return log.error('task event', { event: 'task.settle', outcome: 'failed', error: parsed.error });
    const report = reportOf(parsed.data);
    const { id: taskId, version, lastStatus, desiredStatus } = report;
    const facts = { event: 'task.settle', taskId, version, lastStatus, desiredStatus };
    try {
      const record = await settleTask(ports, report);
      log.info('task event', { ...facts, outcome: 'ok', sandboxId: record?.sandbox_id, status: record?.status });
    } catch (error) {
      log.error('task event', { ...facts, outcome: 'failed', error });
      throw error;
    }
  };
}
