import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { SandboxRecords } from './ports.ts';
import { hasEnded, type SandboxRecord } from './record.ts';

const shortestPauseMs = 100;
const longestPauseMs = 2_000;

// A tenth of the wait so far: nobody waits much longer than the sandbox took, and a long wait costs few reads.
const pauseAfter = (waitedMs: number) => Math.min(longestPauseMs, Math.max(shortestPauseMs, waitedMs / 10));

/** The record once it is ready or has ended, after 280 s as it stands. A reader that fails is asked again; never rejects. */
export async function waitUntilReady(
  { records, clock }: { readonly records: Pick<SandboxRecords, 'get'>; readonly clock: Clock },
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<SandboxRecord> {
  const start = clock.now();
  const deadline = start + limits.waitSeconds.max * 1000;
  const pause = () => pauseAfter(clock.now() - start);
  let current = record;
  const settled = () => current.status === 'ready' || hasEnded(current) || signal.aborted;
  while (!settled() && clock.now() + pause() < deadline) {
    await clock.sleep(pause(), signal).catch(() => undefined);
    current = (await records.get(record.sandbox_id).catch(onlyKnown)) ?? current;
  }
  return current;
}

function onlyKnown(error: unknown): undefined {
  if (!(error instanceof SandboxError)) throw error;
}
