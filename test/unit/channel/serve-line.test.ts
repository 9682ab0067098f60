import { expect, test } from 'vitest';
import { serveLine } from '../../../lambdas/aws/channel/kept/serve-line.ts';
import { waitForSlot } from '../../../lambdas/aws/channel/kept/wait-for-slot.ts';
import type { ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import { JumpingClock } from '../../support/fakes/fakes.ts';
import { PlayedSlots } from '../../support/fakes/played-slots.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;
const { signal } = new AbortController();
const target: ChannelTarget = {
  sandboxId,
  generation: 1,
  taskArn: 'arn',
  agent: { channel_key: '', session_limit: 1, version: '1' },
  wantedUntil: null,
};

/** A sandbox with one slot, which is held. */
async function begin() {
  const clock = new JumpingClock();
  const slots = new PlayedSlots(clock);
  const tools = { clock, leases: slots, line: slots, orders: slots, endSession: async () => false };
  const held = await waitForSlot(tools, target, { patienceMs: 0, signal });
  const sent: string[] = [];
  return {
    clock,
    slots,
    held,
    sent,
    wait: (order?: string, patienceMs = 10_000) =>
      waitForSlot(tools, target, {
        patienceMs,
        signal,
        offer: order === undefined ? undefined : { orders: slots, order },
      }),
    serve: (send = async (order: string) => void sent.push(order)) => serveLine(tools, sandboxId, { slots: 1, send }),
  };
}

test('orders that wait are sent by whoever has a channel, each once, and who waited leaves the line', async () => {
  const { wait, serve, sent, slots, clock } = await begin();
  const waiting = [wait('a'), wait('b')];
  await clock.sleep(50);
  await Promise.all([serve(), serve(), serve()]);
  expect(sent.sort()).toEqual(['a', 'b']);
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  expect([slots.places.size, slots.offers.size]).toEqual([0, 0]);
});

test('who serves gives its slot up for those whom nothing else helps, and one of them for the next who comes', async () => {
  const { wait, serve, clock, slots, held } = await begin();
  expect(await Promise.all([serve(), serve()])).toEqual([true, false]);
  clock.pass(2_000);
  await slots.release(held);
  expect(await serve()).toBe(false);
  await wait();
  const follower = wait();
  await clock.sleep(50);
  expect(await Promise.all([serve(), serve()])).toEqual([true, true]);
  for (const { number } of (await slots.survey()).slots) await slots.release({ sandboxId, slot: number, fence: 2 });
  expect(await follower).toMatchObject({ slot: 0 });
});

test('an order that is refused, or that nobody sends after all, is its owner’s to send on a slot of its own', async () => {
  const { wait, serve, clock, slots, held } = await begin();
  const refused = wait('a');
  await clock.sleep(50);
  expect(await serve(() => Promise.reject(new Error('session_busy')))).toBe(true);
  await slots.release(held);
  expect(await refused).toMatchObject({ slot: 0 });
  const forgotten = wait('b');
  await clock.sleep(50);
  const [ticket = ''] = slots.offers.keys();
  expect(await slots.pickUp(sandboxId, ticket)).toBe('b');
  await clock.sleep(3_500);
  expect(await serve()).toBe(true);
  await slots.release({ sandboxId, slot: 0, fence: 2 });
  expect(await forgotten).toMatchObject({ slot: 0 });
});

test('of an order that was picked up at the very end of all patience nobody says that it was not sent', async () => {
  const { wait, clock, slots } = await begin();
  const waiting = wait('a', 1_000).catch((error: unknown) => error);
  await clock.sleep(50);
  const [ticket = ''] = slots.offers.keys();
  await slots.pickUp(sandboxId, ticket);
  expect(await waiting).toMatchObject({ name: 'ChannelBroken' });
});

test('of an order whose sender has heard nothing nobody says that it was not sent', async () => {
  const { wait, serve, clock } = await begin();
  const waiting = wait('a', 6_000).catch((error: unknown) => error);
  await clock.sleep(50);
  expect(await serve(() => Promise.reject(new Error('the agent does not answer')))).toBe(true);
  expect(await waiting).toMatchObject({ name: 'ChannelBroken' });
});

test('what is left of somebody who went without a word is removed by whoever looks at the line next', async () => {
  const { serve, clock, slots, sent } = await begin();
  await slots.offer(sandboxId, 'gone', 'secret', clock.now() + 3_000);
  clock.pass(10_000);
  await serve();
  expect(slots.offers.size).toBe(1);
  clock.pass(60_000);
  await serve();
  expect([slots.offers.size, slots.places.size, sent]).toEqual([0, 0, []]);
});
