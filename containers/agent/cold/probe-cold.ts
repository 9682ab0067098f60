import { AgentError } from '../../../contract/agent/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import { coldLimits } from './cold-limits.ts';
import type { ColdStorage } from './cold-storage.ts';

// Read when there is nothing else to read; it isn't there, and storage says so only to those who may read it.
const nothing = '.matrx-probe';

/** Lists cold files and reads one, or learns that there is none, in bounded time. Rejects with AgentError. */
export async function probeCold(
  cold: Pick<ColdStorage, 'list' | 'get'>,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  const limit = new AbortController();
  const late = new AgentError('transfer_failed', `storage did not answer in ${coldLimits.probeMs} ms`, {
    details: { fault: 'time_ran_out', retry: true },
  });
  using _ = clock.after(coldLimits.probeMs, () => limit.abort(late));
  const signal = AbortSignal.any([ended, limit.signal]);
  const { entries } = await cold.list({ prefix: '', recursive: true }, signal);
  const found = entries.find(({ size }) => size > 0);
  try {
    (await cold.get(found?.name ?? nothing, found && 'bytes=0-0', signal)).destroy();
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'file_not_found') throw error;
  }
}
