import { AgentError } from '../../../../contract/agent/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';

const tries = 4;
const pauseMs = 500;

/** A failure of storage or of the way to it that may be over when it is tried again. */
export class Passing extends Error {
  override readonly name = 'Passing';
}

/** What storage answers with when it is only busy. */
export const isPassing = (status: number): boolean => status >= 500 || status === 429 || status === 408;

/** Storage's final no. */
export const transferFailed = (status: number | undefined, cause?: unknown): AgentError =>
  new AgentError('transfer_failed', status === undefined ? 'storage can’t be reached' : `storage answers ${status}`, {
    details: { status: status ?? null },
    cause,
  });

/** Waits before the next try; throws `transfer_failed` after the last, at once for what is not passing. */
export async function pauseAfter(error: unknown, failures: number, clock: Clock, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (error instanceof AgentError) throw error;
  if (failures >= tries) throw transferFailed(undefined, error);
  await clock.sleep(pauseMs * 2 ** failures, signal);
}
