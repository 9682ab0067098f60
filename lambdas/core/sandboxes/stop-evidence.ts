import type { StopReason } from '../../../contract/api/sandbox-record.ts';

/** What a task's last event says of its end. */
export interface StopEvidence {
  readonly stopCode: string | undefined;
  readonly stoppedReason: string | undefined;
  readonly exitCode: number | undefined;
  /** Why the container ended, as ECS says it: a code, a colon, words. */
  readonly containerReason: string | undefined;
}

const reasonsByCode: ReadonlyMap<string, StopReason> = new Map([
  ['SpotInterruption', 'spot_interruption'],
  ['TerminationNotice', 'platform'],
  ['InfrastructureHealth', 'platform'],
  ['UserInitiated', 'platform'],
  ['ServiceSchedulerInitiated', 'platform'],
]);

// ECS begins a reason with one of its documented error codes.
const reasonsByPrefix: readonly (readonly [RegExp, StopReason])[] = [
  [/^OutOfMemory/, 'out_of_memory'],
  [/^(CannotPull|ImagePull|CannotInspectContainer)/, 'image_pull_failed'],
  [/^Capacity/, 'capacity'],
];

const byPrefix = (text: string | undefined): StopReason | undefined =>
  text === undefined ? undefined : reasonsByPrefix.find(([prefix]) => prefix.test(text))?.[1];

/** Why a machine ended, when nobody has said so before, and what is known beyond that. */
export function stopReason(evidence: StopEvidence): { readonly reason: StopReason; readonly detail: string | null } {
  const { stopCode, stoppedReason, exitCode, containerReason } = evidence;
  const known = byPrefix(containerReason) ?? reasonsByCode.get(stopCode ?? '') ?? byPrefix(stoppedReason) ?? undefined;
  const words = [stoppedReason, containerReason, exitCode === undefined ? undefined : `exit code ${exitCode}`];
  const detail = words
    .filter((word) => word !== undefined && word !== '')
    .join('; ')
    .slice(0, 1_000);
  const unknown = stopCode === 'TaskFailedToStart' ? 'platform' : stopCode === undefined ? 'lost' : 'error';
  return { reason: known ?? unknown, detail: detail === '' ? null : detail };
}
