import { Buffer } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import { coldLimits } from './cold-limits.ts';
import type { ColdStorage } from './cold-storage.ts';

type Probed = Pick<ColdStorage, 'list' | 'get' | 'put' | 'remove'>;

/** Lists cold files and reads one, its own where there is no other, in bounded time. Rejects with AgentError. */
export async function probeCold(cold: Probed, clock: Clock, ended: AbortSignal): Promise<void> {
  const limit = new AbortController();
  const late = new AgentError('transfer_failed', `storage did not answer in ${coldLimits.probeMs} ms`, {
    details: { fault: 'time_ran_out', retry: true },
  });
  using _ = clock.after(coldLimits.probeMs, () => limit.abort(late));
  const signal = AbortSignal.any([ended, limit.signal]);
  const { entries } = await cold.list({ prefix: '', recursive: true }, signal);
  const found = entries.find(({ size }) => size > 0);
  if (found === undefined) return probeEmpty(cold, signal);
  try {
    (await cold.get(found.name, 'bytes=0-0', signal)).destroy();
  } catch (error) {
    // Somebody else's sandbox may have removed it just now.
    if (!(error instanceof AgentError) || error.code !== 'file_not_found') throw error;
  }
}

async function probeEmpty(cold: Probed, signal: AbortSignal): Promise<void> {
  const name = `.matrx-probe-${randomUUID()}`;
  const content = Buffer.from('probe');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const pieces = (async function* () {
    yield content;
  })();
  await cold.put(name, { size: content.length, sha256, overwrite: true, pieces }, signal);
  (await cold.get(name, undefined, signal)).destroy();
  await cold.remove(name, signal);
}
