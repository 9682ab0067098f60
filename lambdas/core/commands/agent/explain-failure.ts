import { type ErrorCode, SandboxError } from '../../../../contract/api/errors.ts';
import { isEnding, sandboxEnded } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';

// Failures that a machine's end may be behind.
const telling: ReadonlySet<ErrorCode> = new Set(['channel_lost', 'sandbox_ended', 'unavailable']);

/** A failure to reach the agent, said with what the record knows by now: `sandbox_ended` where that is behind it. */
export async function explainFailure(
  records: Pick<SandboxRecords, 'get'>,
  sandboxId: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof SandboxError) || !telling.has(error.code)) return error;
  const now = await records.get(sandboxId);
  if (now !== undefined && isEnding(now)) return sandboxEnded(now);
  if (error.code !== 'sandbox_ended') return error;
  return new SandboxError('sandbox_ended', `${sandboxId} is shutting_down`, {
    details: { status: 'shutting_down', stop_reason: null, ended_at: null },
    cause: error,
  });
}
