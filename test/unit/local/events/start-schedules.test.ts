import { expect, onTestFinished, test } from 'vitest';
import type { LocalRules } from '../../../../local/events/event-rules.ts';
import { startSchedules } from '../../../../local/events/start-schedules.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function start(run: (name: string, event: unknown) => Promise<void>, rules: LocalRules = {}) {
  const clock = new ManualClock();
  const failures: string[] = [];
  const schedules = startSchedules({
    rules: { minute: { function: 'reap', everyMinutes: 1 }, other: { function: 'settle', pattern: {} }, ...rules },
    functions: { run },
    clock,
    onFailure: (rule, error) => failures.push(`${rule} ${String(error)}`),
  });
  onTestFinished(() => schedules[Symbol.asyncDispose]());
  const pass = async (ms: number) => {
    clock.pass(ms);
    await settled();
  };
  return { clock, failures, schedules, pass };
}

test('a schedule calls its function at once, and then every minute of its clock', async () => {
  const calls: unknown[] = [];
  const { pass } = start(async (...call) => void calls.push(call));
  await settled();
  expect(calls).toMatchObject([['reap', { source: 'aws.events', 'detail-type': 'Scheduled Event' }]]);
  await pass(minuteMs - 1);
  expect(calls).toHaveLength(1);
  await pass(1);
  await pass(minuteMs);
  expect(calls).toHaveLength(3);
});

test('what is done less often first waits until the service has started', async () => {
  const calls: string[] = [];
  const { pass } = start(async (name) => void calls.push(name), { hour: { function: 'tidy', everyMinutes: 60 } });
  await settled();
  expect(calls).toEqual(['reap']);
  await pass(minuteMs);
  expect(calls.toSorted()).toEqual(['reap', 'reap', 'tidy']);
  await pass(59 * minuteMs);
  expect(calls.filter((name) => name === 'tidy')).toHaveLength(1);
  await pass(minuteMs);
  expect(calls.filter((name) => name === 'tidy')).toHaveLength(2);
});

test('a run that takes longer than a minute is never joined by another', async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  let end = () => {};
  const { pass } = start(async () => {
    calls += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    running -= 1;
  });
  await pass(150_000);
  expect({ most, calls }).toEqual({ most: 1, calls: 1 });
  end();
  await settled();
  await pass(29_999);
  expect(calls).toBe(1);
  await pass(1);
  expect({ most, calls }).toEqual({ most: 1, calls: 2 });
  end();
});

test('a run that fails is reported, and the next one comes as if nothing had been', async () => {
  let calls = 0;
  const { failures, pass } = start(async () => {
    calls += 1;
    if (calls === 1) throw new Error('no');
  });
  await settled();
  await pass(minuteMs);
  expect({ calls, failures }).toEqual({ calls: 2, failures: ['minute Error: no'] });
});

test('a schedule that has ended calls nobody', async () => {
  let calls = 0;
  const { schedules, pass } = start(async () => {
    calls += 1;
  });
  await settled();
  await schedules[Symbol.asyncDispose]();
  await pass(10 * minuteMs);
  expect(calls).toBe(1);
});
