import type { Log } from '../core/log.ts';
import { type SettlePorts, settleTaskEvent } from '../core/sandboxes/life/settle-task-event.ts';
import { reportOf, TaskEvent } from './task-event.ts';

interface Services {
  readonly ports: SettlePorts;
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
      const { record, isPooled, isStopped } = await settleTaskEvent(ports, report);
      const { sandbox_id: sandboxId, status } = record ?? {};
      log.info('task event', { ...facts, outcome: 'ok', sandboxId, status, isPooled, isStopped });
    } catch (error) {
      log.error('task event', { ...facts, outcome: 'failed', error });
      throw error;
    }
  };
}
