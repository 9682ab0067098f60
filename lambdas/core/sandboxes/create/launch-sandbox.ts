import type { Clock } from '../../../../contract/clock.ts';
import type { Claim } from '../../claim.ts';
import { isoTime } from '../../time.ts';
import { applyEvent, type SandboxEvent } from '../life/apply-event.ts';
import { changeRecord } from '../life/change-record.ts';
import type { SandboxRecords } from '../ports.ts';
import { type CreatingRecord, type SandboxRecord, taskOf } from '../record.ts';
import type { Launch, Launched, Tasks } from '../task-ports.ts';

interface Ports {
  readonly records: Pick<SandboxRecords, 'get' | 'replace'>;
  readonly tasks: Pick<Tasks, 'launch' | 'stop'>;
  readonly clock: Clock;
}

const eventOf = (launched: Launched, nowMs: number): SandboxEvent =>
  launched.kind === 'accepted'
    ? { name: 'task_accepted', task: { ...launched.task, launched_at: isoTime(nowMs), event_version: 0 } }
    : { name: 'task_refused', reason: launched.reason, detail: launched.detail };

const launchOf = (record: CreatingRecord): Launch => ({
  sandboxId: record.sandbox_id,
  token: `${record.sandbox_id}-${record.attempt}`,
  attempt: record.attempt,
  template: record.template,
  cpu: record.size.cpu,
  memoryMb: record.size.memory_mb,
  diskGb: record.size.disk_gb,
});

/** Writes the next attempt down before it is made; answers the record, whatever others made of it. */
const beginAttempt = (records: Ports['records'], { sandbox_id, attempt }: CreatingRecord, next: number) =>
  changeRecord(records, sandbox_id, (now) =>
    now.status === 'creating' && now.attempt === attempt
      ? { ...now, attempt: next, version: now.version + 1 }
      : undefined,
  );

/**
 * Launches the machine of a record that has none, and writes down what came of it; answers the record as it then stands. What
 * is refused for want of room is tried in the next subnet, or on the next kind of capacity, if there is one.
 *
 * The token makes it harmless to repeat: after a crash, beside another call, or when the answer was lost. A launch nobody knows
 * the outcome of throws `unavailable` and leaves the record as it is: the next call with the same Idempotency-Key, or the
 * task's own first event, finds the task. A task whose record ended meanwhile is stopped here.
 */
export async function launchSandbox(
  { records, tasks, clock }: Ports,
  record: CreatingRecord,
  claim: Claim | undefined,
): Promise<SandboxRecord> {
  const launched = await tasks.launch(launchOf(record));
  if (launched.kind === 'refused' && launched.nextAttempt !== undefined) {
    const next = await beginAttempt(records, record, launched.nextAttempt);
    return next?.status === 'creating' ? await launchSandbox({ records, tasks, clock }, next, claim) : (next ?? record);
  }
  const event = eventOf(launched, clock.now());
  const release = launched.kind === 'refused' ? claim : undefined;
  const conditional = {
    get: records.get.bind(records),
    replace: (previous: SandboxRecord, next: SandboxRecord) => records.replace(previous, next, release),
  };
  const current = await changeRecord(conditional, record.sandbox_id, (now) => applyEvent(now, event, clock.now()));
  if (launched.kind === 'accepted' && (current === undefined || taskOf(current)?.id !== launched.task.id))
    await tasks.stop(launched.task.arn, 'its sandbox has ended');
  return current ?? record;
}
