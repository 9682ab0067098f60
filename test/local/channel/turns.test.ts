import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { channelRig } from '../../support/channel/channel-rig.ts';

const quick = { seed: 1, bytes: 300, pieces: 1, pauseMs: 1, exitCode: 0 };

/** Watches the service's own count while something runs. */
async function most<T>(taken: () => number, run: Promise<T>): Promise<{ most: number; result: T }> {
  let highest = 0;
  const timer = setInterval(() => {
    highest = Math.max(highest, taken());
  }, 2);
  try {
    return { result: await run, most: highest };
  } finally {
    clearInterval(timer);
  }
}

test.each([2, 8])('twenty environments share a sandbox with %i slots, and each has its turns', async (slots) => {
  const clock = createClock(5);
  const rig = await channelRig({ clock, slots });
  await using stack = new AsyncDisposableStack();
  const environments = Array.from({ length: 20 }, () => stack.use(rig.environment()));
  const twice = environments.map(async (environment) => [
    await rig.run(environment, quick),
    await rig.run(environment, quick),
  ]);
  const { most: taken, result } = await most(rig.taken, Promise.all(twice));
  expect(result.flat().map(({ error, outcomes }) => error ?? outcomes)).toEqual(Array(40).fill(1));
  expect(taken).toBeLessThanOrEqual(slots);
  // A session too many would have been refused, or have locked the exec agent up.
  expect(rig.refused).toEqual([]);
  expect(rig.agent.started).toBe(40);
  await expect.poll(() => rig.line.places.size).toBe(0);
});

test('commands of sixty-four environments at once go by the channels that are open, not by one each', async () => {
  const clock = createClock(5);
  const rig = await channelRig({ clock, slots: 8 });
  await using stack = new AsyncDisposableStack();
  const all = Array.from({ length: 64 }, () => rig.run(stack.use(rig.environment()), quick));
  const { most: taken, result } = await most(rig.taken, Promise.all(all));
  expect(result.map(({ error, outcomes, stdout }) => error ?? [outcomes, stdout.length])).toEqual(
    Array(64).fill([1, quick.bytes]),
  );
  expect(taken).toBeLessThanOrEqual(8);
  expect([rig.refused, rig.agent.started]).toEqual([[], 64]);
  // Whoever hears of its end in another way leaves the line behind its answer.
  await expect.poll(() => [rig.line.places.size, rig.line.offers.size]).toEqual([0, 0]);
  expect(rig.callsOf('ExecuteCommand')).toBeLessThan(32);
});

test('commands that take longer than a turn run side by side, and none is lost to the turns of others', async () => {
  // No faster: a busy machine would be taken for a channel that has gone.
  const clock = createClock(5);
  const rig = await channelRig({ clock, slots: 2 });
  await using stack = new AsyncDisposableStack();
  // Ten seconds each, in the clock's time.
  const long = { seed: 2, bytes: 9_000, pieces: 5, pauseMs: 2_000, exitCode: 3 };
  const all = Array.from({ length: 6 }, async (_, index) => {
    const environment = stack.use(rig.environment());
    return await rig.run(environment, long, index % 2 === 0 ? {} : { streamBytes: 20_000 });
  });
  const running = () => rig.agent.started - rig.agent.reports.size;
  const { most: atOnce, result: watched } = await most(running, most(rig.taken, Promise.all(all)));
  const { most: taken, result } = watched;
  expect(result.map(({ error, stdout, exitCode }) => error ?? [stdout.length, exitCode])).toEqual(
    Array(6).fill([9_000, 3]),
  );
  expect(taken).toBeLessThanOrEqual(2);
  expect(rig.refused).toEqual([]);
  expect(atOnce).toBeGreaterThan(2);
});
