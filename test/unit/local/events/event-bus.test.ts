import { expect, test } from 'vitest';
import { createClock } from '../../../../contract/clock.ts';
import { eventRules } from '../../../../contract/deployment.ts';
import { createEventBus } from '../../../../local/events/create-event-bus.ts';

const event = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail: { version: 3 } };

function start(run: (name: string, event: unknown) => Promise<void>) {
  const failures: string[] = [];
  const bus = createEventBus({
    rules: eventRules,
    functions: { run },
    clock: createClock(1_000, Date.now()),
    onFailure: (rule, error, final) => failures.push(`${rule} ${String(error)}${final ? ' given up' : ''}`),
  });
  return { bus, failures };
}

test('an event goes to the function of the rule it matches, and no other event does', async () => {
  const calls: unknown[] = [];
  const { bus } = start(async (...call) => void calls.push(call));
  bus.put(event);
  bus.put({ ...event, source: 'somebody.else' });
  await bus.settled();
  expect(calls).toEqual([['settle-task', event]]);
});

test('a function that fails gets the event again, twice', async () => {
  let calls = 0;
  const { bus, failures } = start(async () => {
    calls += 1;
    if (calls < 3) throw new Error(`failure ${calls}`);
  });
  bus.put(event);
  await bus.settled();
  expect({ calls, failures }).toEqual({
    calls: 3,
    failures: ['task-state-change Error: failure 1', 'task-state-change Error: failure 2'],
  });
});

test('an event that fails each time is given up, and said to be', async () => {
  const { bus, failures } = start(async () => {
    throw new Error('no');
  });
  bus.put(event);
  await bus.settled();
  expect(failures).toHaveLength(3);
  expect(failures.at(-1)).toMatch(/given up$/);
});

test('a bus that ends waits for what it has begun, and for no delay', async () => {
  const handled: unknown[] = [];
  const clock = createClock(0.001, Date.now());
  const failures: unknown[] = [];
  const bus = createEventBus({
    rules: eventRules,
    clock,
    onFailure: (_rule, error) => failures.push(error),
    functions: {
      run: async (_name, given) => {
        if (failures.length === 0) throw new Error('once');
        handled.push(given);
      },
    },
  });
  bus.put(event);
  await bus[Symbol.asyncDispose]();
  expect(handled).toEqual([event]);
});
