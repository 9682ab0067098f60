import { expect, test } from 'vitest';
import { Wakeup } from '../../../containers/agent/api/wakeup.ts';
import { Deadline } from '../../../containers/agent/life/deadline.ts';
import { IdleWatch } from '../../../containers/agent/life/idle-watch.ts';
import { backoff } from '../../../containers/agent/reports/backoff.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

function deadline(ask: (clock: ManualClock, self: Deadline) => Promise<unknown>) {
  const clock = new ManualClock();
  const expired: number[] = [];
  const self: Deadline = new Deadline({
    clock,
    ask: () => ask(clock, self),
    onExpired: () => expired.push(clock.now()),
  });
  return { clock, self, expired };
}

test('time is up when nobody says otherwise', async () => {
  const { clock, self, expired } = deadline(async () => undefined);
  const due = clock.now() + 60_000;
  self.set(due);
  clock.pass(59_999);
  await settle();
  expect(expired).toEqual([]);
  clock.pass(1);
  await settle();
  expect(expired).toEqual([due]);
});

test('a deadline that moved on when it was asked for is kept', async () => {
  const { clock, self, expired } = deadline(async (now, me) => me.set(now.now() + 1_000));
  self.set(clock.now() + 5_000);
  for (let i = 0; i < 5; i++) {
    clock.pass(1_000);
    await settle();
  }
  clock.pass(999);
  await settle();
  expect(expired).toEqual([]);
});

test('a deadline may be moved nearer, also into the past', async () => {
  const { clock, self, expired } = deadline(async () => undefined);
  self.set(clock.now() + 60_000);
  self.set(clock.now() - 1);
  clock.pass(0);
  await settle();
  expect(expired).toHaveLength(1);
});

test('a machine that stood still over its deadline asks when it goes on', async () => {
  let asked = 0;
  const { clock, self, expired } = deadline(async () => void asked++);
  self.set(clock.now() + 60_000);
  clock.skip(3_600_000);
  await settle();
  expect([asked, expired.length]).toEqual([1, 1]);
});

test('idle is counted from the last use, never while busy, and not at all when it is off', () => {
  const clock = new ManualClock();
  let busy = false;
  let lastUsed = clock.now();
  let idle = 0;
  const watch = new IdleWatch({ clock, isBusy: () => busy, lastUsedMs: () => lastUsed, onIdle: () => idle++ });
  clock.pass(1_000_000);
  expect(idle).toBe(0);
  lastUsed = clock.now();
  watch.set(60);
  clock.pass(59_000);
  busy = true;
  clock.pass(600_000);
  expect(idle).toBe(0);
  busy = false;
  lastUsed = clock.now();
  clock.pass(59_999);
  expect(idle).toBe(0);
  clock.pass(60_000);
  expect(idle).toBe(1);
  watch.set(0);
  expect(clock.pending).toBe(0);
});

test('waits grow to their limit, each between its half and its whole', () => {
  const waits = (random: number) => {
    const all = backoff(100, 1_000, () => random);
    return Array.from({ length: 8 }, () => all.next().value);
  };
  expect(waits(1)).toEqual([100, 170, 289, 491, 835, 1_000, 1_000, 1_000]);
  expect(waits(0)).toEqual([50, 85, 145, 246, 418, 500, 500, 500]);
});

test('a ring before the wait is not forgotten, and silence is told from it', async () => {
  const clock = new ManualClock();
  const wakeup = new Wakeup();
  wakeup.ring();
  expect(await wakeup.wait(clock, 1_000)).toBe(true);
  const silent = wakeup.wait(clock, 1_000);
  clock.pass(1_000);
  expect(await silent).toBe(false);
  const rung = wakeup.wait(clock, 1_000);
  wakeup.ring();
  expect(await rung).toBe(true);
  expect(clock.pending).toBe(0);
});
