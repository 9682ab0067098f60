import { exitCodes } from '../../../../contract/agent/exit-codes.ts';
import { SandboxId } from '../../../../contract/api/identifiers.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { isOfPool } from '../../pool/settle-member.ts';
import { isoTime } from '../../time.ts';
import type { SandboxRecords } from '../ports.ts';
import { type SandboxRecord, taskOf } from '../record.ts';
import { applyEvent, type SandboxEvent } from './apply-event.ts';
import { changeRecord } from './change-record.ts';
import { type StopEvidence, stopReason } from './stop-evidence.ts';

/** A task's state as its event says it: at least once, in any order. */
export interface TaskReport {
  readonly arn: string;
  readonly id: string;
  /** Whom the task was launched for: a sandbox id, when we launched it. */
  readonly startedBy: string | undefined;
  /** Grows with every change of the task. */
  readonly version: number;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly evidence: StopEvidence;
}

/** The launch of a task that nobody has written down yet. */
export const taskAccepted = ({ arn, id, version }: TaskReport, launchedAt: string): SandboxEvent => ({
  name: 'task_accepted',
  task: { arn, id, launched_at: launchedAt, event_version: version },
});

/** Why its task stopped. An agent that ended in good order after the deadline, unheard, ended for that. */
function reasonFor(record: SandboxRecord, { evidence }: TaskReport, nowMs: number): ReturnType<typeof stopReason> {
  const isInTime = evidence.exitCode !== exitCodes.ended || nowMs < Date.parse(record.expires_at);
  const isOwnEnd = evidence.stopCode === 'EssentialContainerExited';
  return isInTime || !isOwnEnd ? stopReason(evidence) : { reason: 'expired', detail: null };
}

function eventOf(record: SandboxRecord, report: TaskReport, nowMs: number): SandboxEvent | undefined {
  const task = taskOf(record);
  if (task !== undefined && (task.id !== report.id || report.version <= task.event_version)) return undefined;
  if (report.lastStatus === 'STOPPED') return { name: 'task_stopped', ...reasonFor(record, report, nowMs) };
  if (task === undefined) return taskAccepted(report, isoTime(nowMs));
  if (report.desiredStatus !== 'STOPPED') return undefined;
  return { name: 'task_stopping', version: report.version, ...stopReason(report.evidence) };
}

export interface SettleTaskPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace' | 'sandboxOfTask'>;
  readonly clock: Clock;
}

const sandboxNamed = ({ startedBy }: TaskReport): string | undefined => SandboxId.safeParse(startedBy).data;

/**
 * Brings a record in line with what ECS says of its task: adopts one whose launch nobody could write down, and ends the sandbox
 * with it. A machine that was a pool's is its sandbox's. Events that are late, doubled or of another task change nothing. Answers the record when it knows one.
 */
export async function settleTask(
  { records, clock }: SettleTaskPorts,
  report: TaskReport,
): Promise<SandboxRecord | undefined> {
  const sandboxId = isOfPool(report) ? await records.sandboxOfTask(report.id) : sandboxNamed(report);
  if (sandboxId === undefined) return undefined;
  return await changeRecord(records, sandboxId, (record) => {
    const event = eventOf(record, report, clock.now());
    return event && applyEvent(record, event, clock.now());
  });
}
