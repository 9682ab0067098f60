import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { keys } from '../../../../lambdas/aws/dynamodb/keys.ts';
import { lentSlots } from '../../../../lambdas/aws/dynamodb/slots/lent-slots.ts';
import { offeredOrders } from '../../../../lambdas/aws/dynamodb/slots/offered-orders.ts';
import { leaseMs, slotLeases } from '../../../../lambdas/aws/dynamodb/slots/slot-leases.ts';
import { slotLine } from '../../../../lambdas/aws/dynamodb/slots/slot-line.ts';
import { startTable } from './start-table.ts';

const id = `sbx_${'0'.repeat(26)}`;

async function begin() {
  const { table, clock } = await startTable();
  const leases = slotLeases(table, clock);
  return {
    leases,
    lent: lentSlots(table, leases),
    line: slotLine(table, clock),
    orders: offeredOrders(table, clock),
    orderIn: async (ticket: string) => {
      const get = new GetCommand({ TableName: table.name, Key: keys.offer(id, ticket) });
      return (await table.documents.send(get)).Item;
    },
    clock,
  };
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

test('a lease can be taken over by whoever saw it last, with the session that is open under it, and by nobody after a renewal', async () => {
  const { leases, line, clock } = await begin();
  const first = await leases.acquire(id, 1);
  if (!first) throw new Error('expected a lease');
  await leases.noteSession(first, 'ecs-execute-command-1');
  const seen = (await line.survey(id)).slots[0];
  if (!seen) throw new Error('expected a slot');
  expect(seen).toEqual({ number: 0, fence: 1, expiresAtMs: first.expiresAtMs, sessionId: 'ecs-execute-command-1' });
  clock.pass(1_000);
  await leases.renew(first);
  expect(await leases.takeOver(id, seen)).toBeUndefined();
  const again = (await line.survey(id)).slots[0];
  const [second, third] = await Promise.all([leases.takeOver(id, again ?? seen), leases.takeOver(id, again ?? seen)]);
  expect([second, third].filter((lease) => lease !== undefined)).toMatchObject([{ slot: 0, fence: 2 }]);
  expect(await leases.renew(first)).toBeUndefined();
  expect((await line.survey(id)).slots[0]?.sessionId).toBeUndefined();
});

test('a slot that rests is free when it has rested', async () => {
  const { leases, clock } = await begin();
  const lease = await leases.take(id, 1);
  if (!lease) throw new Error('expected a lease');
  await leases.release(lease, clock.now() + 5_000);
  expect(await leases.take(id, 1)).toBeUndefined();
  clock.pass(5_000);
  expect(await leases.take(id, 1)).toMatchObject({ slot: 1, fence: 2 });
});

test('the line is served in the order of tickets, and forgets who no longer stands in it', async () => {
  const { line, clock } = await begin();
  for (const ticket of ['2', '1', '3']) await line.stand(id, ticket, clock.now() + 3_000);
  await line.stand('sbx_other', '0', clock.now() + 3_000);
  const tickets = async () => (await line.survey(id)).places.map(({ ticket }) => ticket);
  expect(await tickets()).toEqual(['1', '2', '3']);
  await line.leave(id, '1');
  expect(await tickets()).toEqual(['2', '3']);
  clock.pass(3_000);
  expect(await tickets()).toEqual([]);
});

test('an order that waits in the line is sent by one who has a channel, and whoever waits hears what became of it', async () => {
  const { line, orders, orderIn, clock } = await begin();
  const state = async () => (await line.survey(id)).places.map(({ offer }) => offer);
  await orders.offer(id, '1', '{"argv":["true"]}', clock.now() + 3_000);
  await line.stand(id, '1', clock.now() + 4_000);
  expect(await state()).toEqual(['open']);
  const picked = await Promise.all([orders.pickUp(id, '1'), orders.pickUp(id, '1'), orders.pickUp(id, '1')]);
  expect(picked.filter((order) => order !== undefined)).toEqual(['{"argv":["true"]}']);
  expect([await state(), await orderIn('1')]).toEqual([['picked'], undefined]);
  await orders.settle(id, '1', 'started');
  await orders.settle(id, '1', 'own');
  expect(await line.leave(id, '1')).toBe('started');
  await orders.withdraw(id, '1');
  expect(await orders.pickUp(id, '1')).toBeUndefined();
  // Whoever left meanwhile gets no place by it.
  await orders.settle(id, '1', 'own');
  expect(await state()).toEqual([]);
});

test('an order is offered for as long as its place is kept, and where its owner has to send it, to nobody', async () => {
  const { orders, clock } = await begin();
  await orders.offer(id, '1', '{}', clock.now() + 3_000);
  await orders.offer(id, '2', '{}', clock.now() + 9_000);
  await orders.settle(id, '2', 'own');
  clock.pass(3_000);
  expect(await orders.pickUp(id, '1')).toBeUndefined();
  expect(await orders.pickUp(id, '2')).toBeUndefined();
});

test('the line says who has gone without a word, whose order can then be removed', async () => {
  const { line, orders, orderIn, clock } = await begin();
  await orders.offer(id, '1', '{}', clock.now() + 3_000);
  await line.stand(id, '2', clock.now() + 4_000);
  clock.pass(63_000);
  expect(await line.survey(id)).toMatchObject({ places: [], forsaken: ['1'] });
  expect(await orderIn('1')).toMatchObject({ order: '{}', ttl: clock.now() / 1000 });
  await orders.withdraw(id, '1');
  await line.leave(id, '1');
  expect([await orderIn('1'), (await line.survey(id)).forsaken]).toEqual([undefined, []]);
});

test('a sandbox that is not there wants no channel', async () => {
  const { line, clock } = await begin();
  await line.want(id, clock.now() + 5_000);
  expect(await line.isWanted(id)).toBe(false);
});

test('a slot that is lent is kept without a word until it is given back, and is then free once', async () => {
  const { leases, lent, clock } = await begin();
  const lease = await leases.take(id, 1);
  const own = await leases.take(id, 0);
  if (!lease || !own) throw new Error('expected two leases');
  expect(await leases.keepUntil(lease, clock.now() + 900_000)).toBe(false);
  expect(await leases.lend(lease, 'grt_1', clock.now() + 900_000)).toBe(true);
  const [slot, ...others] = await lent.of(id);
  expect([slot, others]).toEqual([{ slot: 1, fence: lease.fence, grantId: 'grt_1', lentAtMs: clock.now() }, []]);
  clock.pass(leaseMs + 1_000);
  expect(await leases.take(id, 1)).toBeUndefined();
  expect(await leases.keepUntil(lease, clock.now() + 900_000)).toBe(true);
  if (!slot) throw new Error('expected a slot that is lent');
  await lent.giveBack(id, slot, clock.now() + 5_000);
  expect(await leases.keepUntil(lease, clock.now() + 900_000)).toBe(false);
  expect(await lent.of(id)).toEqual([]);
  expect(await leases.take(id, 1)).toBeUndefined();
  clock.pass(5_000);
  const next = await leases.take(id, 1);
  await lent.giveBack(id, slot, 0);
  expect([next?.fence, await leases.take(id, 1)]).toEqual([lease.fence + 1, undefined]);
});
