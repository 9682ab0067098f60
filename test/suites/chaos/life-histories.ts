import fc from 'fast-check';
import { expect } from 'vitest';
import { hasEnded, taskOf } from '../../../lambdas/core/sandboxes/record.ts';
import type { Trouble } from '../../support/fakes/mortal-process.ts';
import { LifeWorld, type Step } from '../../support/stack/life-world.ts';

const minuteMs = 60_000;
// What is promised of machines after their deadline, and what their records may take beyond that.
const promisedMinutes = 4;
const recordMinutes = 3;
// Longer than anything but a time to live may take: the start of a machine, the end of one, the look at what is lost.
const settleMinutes = 16;

const pick = fc.nat(1_000);
const ttl = fc.constantFrom(60, 300, 7_200);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('create' as const),
      user: fc.constantFrom('ada', 'bob'),
      key: fc.constantFrom(undefined, 'one', 'two'),
      ttl,
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('patch' as const), pick, ttl }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('delete' as const), pick, graceful: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ is: fc.constantFrom('hello' as const, 'ready' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('crash' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('spot notice' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('vanish' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('ending' as const),
      pick,
      reason: fc.constantFrom('expired' as const, 'idle' as const, 'error' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('event' as const), pick, copies: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('no room' as const), nextAttempt: fc.constantFrom(2, 3, undefined) }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ is: 'minute' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('time' as const),
      // Clocks of different machines differ: time can seem to go back.
      ms: fc.constantFrom(-500, 1_000, 20_000, 61_000, 125_000, 700_000),
    }),
  },
);

const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom('none', 'none', 'dies_before', 'dies_after', 'lost', 'throttled'),
  atCall: fc.integer({ min: 1, max: 8 }),
});

/** What happens, moment after moment; of one moment at once. */
const history = fc.record({
  seed: fc.nat(1_000_000),
  moments: fc.array(fc.array(fc.tuple(step, trouble), { minLength: 1, maxLength: 3 }), { maxLength: 30 }),
});

/** Lets the minutes pass, each with its run of the reaper, to which nothing happens any more. */
async function passMinutes(world: LifeWorld, minutes: number, each: () => void = () => undefined): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    world.pass(minuteMs);
    await world.reap();
    expect(world.breaches()).toEqual([]);
    each();
  }
}

/** Holds that no machine is there that should have been gone four minutes after its deadline. */
function expectNoneOverdue(world: LifeWorld): void {
  const latest = world.nowMs - promisedMinutes * minuteMs;
  const over = world.records.filter(({ expires_at }) => Date.parse(expires_at) <= latest);
  // A machine that was a pool's was started for nobody.
  const theirs = new Set(over.flatMap((one) => [one.sandbox_id, hasEnded(one) ? one.last_task_id : taskOf(one)?.id]));
  expect(world.cluster.alive.filter(({ id, startedBy }) => theirs.has(id) || theirs.has(startedBy))).toEqual([]);
}

/**
 * Lives through random histories: calls, agents and events at once, lost, doubled and in any order, every process dying at
 * any of its calls. Then nothing goes wrong any more, but no event arrives either: the minutes alone have to put it right.
 */
export async function liveThroughHistories(count: number, budgetMs = Number.POSITIVE_INFINITY): Promise<void> {
  const property = fc.asyncProperty(history, async ({ seed, moments }) => {
    const world = new LifeWorld(seed);
    for (const moment of moments) {
      await Promise.all(moment.map(([what, befalls]) => world.take(what, befalls)));
      expect(world.breaches()).toEqual([]);
    }
    await passMinutes(world, settleMinutes);
    expect(world.faults()).toEqual([]);
    world.endPools();
    const deadlines = world.records.filter((one) => !hasEnded(one)).map(({ expires_at }) => Date.parse(expires_at));
    const left = Math.max(0, ...deadlines.map((deadline) => deadline - world.nowMs));
    await passMinutes(world, Math.ceil(left / minuteMs) + promisedMinutes + recordMinutes, () =>
      expectNoneOverdue(world),
    );
    expect(world.cluster.alive).toEqual([]);
    expect(world.records.filter((record) => !hasEnded(record))).toEqual([]);
    expect(world.liveIds).toEqual([]);
    expect([...world.ends.keys()].sort()).toEqual(world.records.map(({ sandbox_id }) => sandbox_id).sort());
  });
  const limits = Number.isFinite(budgetMs) ? { interruptAfterTimeLimit: budgetMs } : {};
  await fc.assert(property, { numRuns: count, ...limits });
}
