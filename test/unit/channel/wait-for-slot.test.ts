import { expect, test } from 'vitest';
import { waitForSlot } from '../../../lambdas/aws/channel/kept/wait-for-slot.ts';
import type { ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import { JumpingClock } from '../../support/fakes/fakes.ts';
import { PlayedSlots } from '../../support/fakes/played-slots.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;
const { signal } = new AbortController();

function begin(slots: number) {
  const clock = new JumpingClock();
  const played = new PlayedSlots(clock);
  const tools = { clock, leases: played, line: played, endSession: async () => true };
  const target: ChannelTarget = {
    sandboxId,
    generation: 1,
    taskArn: 'arn',
    agent: { channel_key: '', session_limit: slots, version: '1' },
    wantedUntil: null,
  };
  const wait = (how: { patienceMs?: number; toLend?: boolean } = {}) =>
    waitForSlot(tools, target, { patienceMs: 10_000, signal, ...how });
  return { clock, played, wait };
}

test('the first slot is lent to nobody', async () => {
  const { wait, played } = begin(2);
  expect(await wait({ toLend: true })).toMatchObject({ slot: 1 });
  await expect(wait({ toLend: true })).rejects.toMatchObject({
    code: 'capacity_unavailable',
    details: { channels: 1 },
  });
  expect(await wait()).toMatchObject({ slot: 0 });
  expect(played.places.size).toBe(0);
  await expect(begin(1).wait({ toLend: true })).rejects.toMatchObject({ details: { channels: 0 } });
});

test('who wants a slot to lend it has its turn in the line, before those who came later', async () => {
  const { wait, played, clock } = begin(2);
  const [first, second] = [await wait(), await wait()];
  const turns: string[] = [];
  const lend = wait({ toLend: true, patienceMs: 60_000 }).then(({ slot }) => turns.push(`lend ${slot}`));
  await clock.sleep(10);
  const exec = wait({ patienceMs: 60_000 }).then(({ slot }) => turns.push(`exec ${slot}`));
  await clock.sleep(1_000);
  await played.release(second);
  await lend;
  await played.release(first);
  await exec;
  expect(turns).toEqual(['lend 1', 'exec 0']);
});

test('who can’t be lent the slot that is free doesn’t keep the next one from it', async () => {
  const { wait, played, clock } = begin(2);
  const [first] = [await wait(), await wait()];
  const lend = wait({ toLend: true, patienceMs: 5_000 }).catch((error: unknown) => error);
  await clock.sleep(10);
  const exec = wait({ patienceMs: 5_000 });
  await played.release(first);
  expect(await exec).toMatchObject({ slot: 0 });
  expect(await lend).toMatchObject({ code: 'capacity_unavailable' });
});

test('who is next in the line has a slot within a tenth of a second, and those behind ask less often', async () => {
  const { wait, played, clock } = begin(1);
  const held = await wait();
  const looks: number[] = [];
  const { survey } = played;
  played.survey = () => {
    looks.push(clock.now());
    return survey.call(played);
  };
  const next = wait({ patienceMs: 60_000 });
  await clock.sleep(2_000);
  await played.release(held);
  const freed = clock.now();
  await next;
  expect((looks.at(-1) ?? 0) - freed).toBeLessThanOrEqual(100);
  const alone = looks.length;
  played.places.set('000000000000000-first', clock.now() + 3_000);
  await expect(wait({ patienceMs: 2_000 })).rejects.toMatchObject({ code: 'capacity_unavailable' });
  expect(looks.length - alone).toBeLessThanOrEqual(6);
});
