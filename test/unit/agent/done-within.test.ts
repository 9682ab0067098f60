import { expect, test } from 'vitest';
import { doneWithin } from '../../../containers/agent/life/done-within.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

test('work that is done in time is waited for, and leaves no timer', async () => {
  const clock = new ManualClock();
  const work = Promise.withResolvers<void>();
  const done = doneWithin(work.promise, 1_000, clock);
  clock.pass(999);
  work.resolve();
  expect(await done).toBe(true);
  expect(clock.pending).toBe(0);
});

test('work that never ends is left when its time is over', async () => {
  const clock = new ManualClock();
  const done = doneWithin(new Promise(() => {}), 1_000, clock);
  clock.pass(1_000);
  expect(await done).toBe(false);
});

test('work that fails is said to', async () => {
  await expect(doneWithin(Promise.reject(new Error('failed')), 1_000, new ManualClock())).rejects.toThrow('failed');
});
