import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { KeptLease } from '../../../lambdas/aws/channel/kept/kept-lease.ts';
import { staleMs } from '../../../lambdas/aws/dynamodb/slots/slot-leases.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { PlayedSlots } from '../../support/fakes/played-slots.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;

async function begin(onTick: () => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const slots = new PlayedSlots(clock);
  const heard = { ticks: 0, losses: 0 };
  const first = await slots.take(sandboxId, 0);
  if (first === undefined) throw new Error('expected a slot');
  const lease = new KeptLease(first, {
    leases: slots,
    clock,
    onTick: () => {
      heard.ticks++;
      return onTick();
    },
    onLost: () => heard.losses++,
  });
  const work = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.pass(1_000);
      await setImmediate();
    }
  };
  const expiresAtMs = async () => (await slots.survey()).slots[0]?.expiresAtMs ?? 0;
  return { clock, slots, lease, heard, work, expiresAtMs };
}

test('a lease is renewed while somebody works under it, however long the line takes to be served', async () => {
  const served = Promise.withResolvers<void>();
  const { lease, heard, work, expiresAtMs } = await begin(() => served.promise);
  await lease.begin();
  const before = await expiresAtMs();
  await work(60);
  expect(heard).toEqual({ ticks: 1, losses: 0 });
  expect((await expiresAtMs()) - before).toBeGreaterThan(60_000 - staleMs / 2);
  served.resolve();
  await work(10);
  expect(heard.ticks).toBeGreaterThan(2);
  lease.end();
});

test('a lease under which nobody works is left alone, and one that is lost is told of once', async () => {
  const { lease, heard, work, expiresAtMs, slots, clock } = await begin();
  await lease.begin();
  lease.end();
  const before = await expiresAtMs();
  await work(30);
  expect([await expiresAtMs(), heard, clock.pending]).toEqual([before, { ticks: 0, losses: 0 }, 0]);
  expect(await lease.begin()).toBe(true);
  slots.losesLeases = true;
  await work(30);
  expect([heard.losses, clock.pending]).toEqual([1, 0]);
  lease.end();
  expect(await lease.begin()).toBe(false);
});
