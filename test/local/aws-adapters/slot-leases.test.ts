import { expect, test } from 'vitest';
import { leaseMs, slotLeases } from '../../../lambdas/aws/dynamodb/slot-leases.ts';
import { startTable } from './start-table.ts';

const id = `sbx_${'0'.repeat(26)}`;

async function begin() {
  const { table, clock } = await startTable();
  return { leases: slotLeases(table, clock), clock };
}

test('there are as many leases as slots, however many ask at once', async () => {
  const { leases } = await begin();
  const all = await Promise.all(Array.from({ length: 6 }, () => leases.acquire(id, 2)));
  const held = all.filter((lease) => lease !== undefined);
  expect(held.map(({ slot }) => slot).sort()).toEqual([0, 1]);
});

test('a lease that is given back or has run out is free, and its former holder holds nothing', async () => {
  const { leases, clock } = await begin();
  const first = await leases.acquire(id, 1);
  if (!first) throw new Error('expected a lease');
  await leases.release(first);
  const second = await leases.acquire(id, 1);
  if (!second) throw new Error('expected a lease');
  expect(second.fence).toBe(first.fence + 1);
  clock.pass(leaseMs - 1_000);
  const renewed = await leases.renew(second);
  expect(renewed?.expiresAtMs).toBe(clock.now() + leaseMs);
  expect(await leases.acquire(id, 1)).toBeUndefined();
  clock.pass(leaseMs);
  const third = await leases.acquire(id, 1);
  expect(third?.fence).toBe(second.fence + 1);
  expect(await leases.renew(second)).toBeUndefined();
  await leases.release(second);
  expect(await leases.acquire(id, 1)).toBeUndefined();
});
