import { type ExitCode, exitCodes } from '../../../../contract/agent/exit-codes.ts';
import type { StopReason } from '../../../../contract/api/sandboxes/sandbox-record.ts';

/** What a task's last event says of its end. */
export interface StopEvidence {
  readonly stopCode: string | undefined;
  readonly stoppedReason: string | undefined;
  readonly exitCode: number | undefined;
  /** Why the container ended, as ECS says it: a code, a colon, words. */
  readonly containerReason: string | undefined;
}

// Of whoever stopped the task. An operator, or the platform itself, gives no other reason than that.
const reasonsByCode: ReadonlyMap<string, StopReason> = new Map([
  ['SpotInterruption', 'spot_interruption'],
  ['TerminationNotice', 'platform'],
  ['InfrastructureHealth', 'platform'],
  ['UserInitiated', 'platform'],
  ['ServiceSchedulerInitiated', 'platform'],
]);

// ECS begins a reason with one of its documented error codes; that a subnet has no address left, it says in words.
const reasonsByPrefix: readonly (readonly [RegExp, StopReason])[] = [
  [/^OutOfMemory/, 'out_of_memory'],
  [/^(CannotPull|ImagePull|CannotInspectContainer)/, 'image_pull_failed'],
  [/^(Capacity|Unexpected EC2 error while attempting to Create Network Interface)/, 'capacity'],
  [/^SpotInterruption/, 'spot_interruption'],
  [/^(ResourceInitialization|CannotStartContainer|ContainerRuntime|Internal)\w*Error/, 'platform'],
];

// What the agent, which is the container's one process, says by its exit.
const reasonsByExit: ReadonlyMap<number, StopReason> = new Map<ExitCode, StopReason>([
  [exitCodes.configuration, 'platform'],
  [exitCodes.unassigned, 'platform'],
  [exitCodes.isolation, 'platform'],
  [exitCodes.onReady, 'on_ready_failed'],
]);

const byPrefix = (text: string | undefined): StopReason | undefined =>
  text === undefined ? undefined : reasonsByPrefix.find(([prefix]) => prefix.test(text))?.[1];

const byExit = ({ stopCode, exitCode }: StopEvidence): StopReason | undefined =>
  stopCode === 'EssentialContainerExited' && exitCode !== undefined ? reasonsByExit.get(exitCode) : undefined;

/** What is left when nothing says more: it never ran, it ran and ended, or nobody knows. */
function unexplained(stopCode: string | undefined): StopReason {
  if (stopCode === 'TaskFailedToStart') return 'platform';
  return stopCode === undefined ? 'lost' : 'error';
}

/** Why a machine ended, when nobody has said so before, and what is known beyond that. */
export function stopReason(evidence: StopEvidence): { readonly reason: StopReason; readonly detail: string | null } {
  const { stopCode, stoppedReason, exitCode, containerReason } = evidence;
  const known =
    byPrefix(containerReason) ??
    reasonsByCode.get(stopCode ?? '') ??
    byPrefix(stoppedReason) ??
    byExit(evidence) ??
    unexplained(stopCode);
  const words = [stoppedReason, containerReason, exitCode === undefined ? undefined : `exit code ${exitCode}`];
  const detail = words
    .filter((word) => word !== undefined && word !== '')
    .join('; ')
    .slice(0, 1_000);
  return { reason: known, detail: detail === '' ? null : detail };
}
