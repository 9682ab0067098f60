import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { SandboxRecords } from '../ports.ts';
import { hasEnded, type SandboxRecord } from './record.ts';

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** The record once it is ready or has ended, after 280 s as it stands. A reader that fails is asked again; never rejects. */
export async function waitUntilReady(
  { records, clock }: { readonly records: Pick<SandboxRecords, 'get'>; readonly clock: Clock },
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<SandboxRecord> {
  const deadline = clock.now() + limits.waitSeconds.max * 1000;
  let current = record;
  let pause = firstPauseMs;
  const settled = () => current.status === 'ready' || hasEnded(current) || signal.aborted;
  while (!settled() && clock.now() + pause < deadline) {
    await clock.sleep(pause, signal).catch(() => undefined);
    pause = Math.min(pause * 1.5, longestPauseMs);
    current = (await records.get(record.sandbox_id).catch(onlyKnown)) ?? current;
  }
  return current;
}

function onlyKnown(error: unknown): undefined {
  if (!(error instanceof SandboxError)) throw error;
}
