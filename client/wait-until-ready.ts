import { SandboxError } from '../contract/api/errors.ts';
import type { Sandbox as SandboxRecord } from '../contract/api/sandboxes/sandbox-record.ts';
import type { Connection } from './connection.ts';
import { Deadline } from './http/send/deadline.ts';

const firstPauseMs = 100;
const longestPauseMs = 2_000;
const startMs = 300_000;

function hasStarted({ sandbox_id, status, stop_reason, stop_detail }: SandboxRecord): boolean {
  if (status === 'ready') return true;
  if (status === 'creating' || status === 'starting') return false;
  const why = [stop_reason, stop_detail].filter(Boolean).join(': ');
  throw new SandboxError('sandbox_ended', `sandbox ${sandbox_id} is ${status}${why && ` (${why})`}`, {
    details: { sandbox_id, status, stop_reason, stop_detail },
  });
}

/**
 * Reads the record, at first often and then every two seconds, until the sandbox is ready. Throws `sandbox_ended` when
 * it ends instead, and `timed_out` after five minutes.
 */
export async function waitUntilReady(
  { clock }: Pick<Connection, 'clock'>,
  read: (signal: AbortSignal) => Promise<SandboxRecord>,
  record: SandboxRecord,
  signal?: AbortSignal,
): Promise<void> {
  using deadline = new Deadline(clock, startMs, `the start of ${record.sandbox_id}`, signal);
  let latest = record;
  for (let pauseMs = firstPauseMs; !hasStarted(latest); pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    await clock.sleep(pauseMs, deadline.signal);
    latest = await read(deadline.signal);
  }
}
