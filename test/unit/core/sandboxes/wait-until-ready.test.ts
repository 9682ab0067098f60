import { expect, test } from 'vitest';
import { systemClock } from '../../../../contract/clock.ts';
import type { SandboxRecord } from '../../../../lambdas/core/sandboxes/record.ts';
import { waitUntilReady } from '../../../../lambdas/core/sandboxes/wait-until-ready.ts';

// Of a record only its state is looked at.
const creating = { sandbox_id: 'sbx_1', status: 'creating' } as SandboxRecord;
const ready = { sandbox_id: 'sbx_1', status: 'ready' } as SandboxRecord;

/** Waits for a sandbox that is ready after `readyMs`, by a clock that sleeps in no time. */
async function waitFor(readyMs: number) {
  let nowMs = 0;
  let reads = 0;
  const clock = {
    ...systemClock,
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const get = async () => {
    reads += 1;
    return nowMs < readyMs ? creating : ready;
  };
  const { status } = await waitUntilReady({ records: { get }, clock }, creating, new AbortController().signal);
  return { status, waitedMs: nowMs, reads };
}

test.each([1, 450, 3_000, 30_000])('a sandbox that takes %i ms is answered a tenth later at most', async (readyMs) => {
  const { status, waitedMs, reads } = await waitFor(readyMs);
  expect(status).toBe('ready');
  expect(waitedMs - readyMs).toBeLessThanOrEqual(Math.max(100, readyMs / 10));
  expect(reads).toBeLessThan(60);
});

test('after 280 s the record is answered as it stands', async () => {
  const { status, waitedMs, reads } = await waitFor(3_600_000);
  expect(status).toBe('creating');
  expect(waitedMs).toBeGreaterThan(275_000);
  expect(waitedMs).toBeLessThan(280_000);
  expect(reads).toBeLessThan(200);
});
