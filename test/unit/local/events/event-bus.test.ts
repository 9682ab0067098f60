import { expect, test } from 'vitest';
import { createClock } from '../../../../contract/clock.ts';
import { eventRules } from '../../../../contract/deployment.ts';
import { createEventBus } from '../../../../local/events/create-event-bus.ts';

const event = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail: { version: 3 } };

function start(run: (name: string, event: unknown) => Promise<void>, rate = 1_000) {
  const failures: string[] = [];
  const bus = createEventBus({
    rules: eventRules,
    functions: { run },
    clock: createClock(rate, Date.now()),
    onFailure: (rule, error) => failures.push(`${rule} ${String(error)}`),
  });
  return { bus, failures };
}

test('an event goes to the function of the rule it matches, and no other event does', async () => {
  const calls: unknown[] = [];
  const { bus } = start(async (...call) => void calls.push(call));
  await bus.put(event);
  await bus.put({ ...event, source: 'somebody.else' });
  expect(calls).toEqual([['settle-task', event]]);
});

test('a function that fails gets the event again, twice', async () => {
  let calls = 0;
  const { bus, failures } = start(async () => {
    calls += 1;
    if (calls < 3) throw new Error(`failure ${calls}`);
  });
  await bus.put(event);
  expect({ calls, failures }).toEqual({
    calls: 3,
    failures: ['task-state-change Error: failure 1', 'task-state-change Error: failure 2'],
  });
});

test('fails when the function fails each time, so that the sender keeps the event', async () => {
  const { bus, failures } = start(() => Promise.reject(new Error('no')));
  await expect(bus.put(event)).rejects.toThrow('no');
  expect(failures).toHaveLength(3);
});

test('a bus that ends tries nothing again', async () => {
  const { bus, failures } = start(() => Promise.reject(new Error('no')), 0.001);
  const delivery = bus.put(event);
  bus[Symbol.dispose]();
  await expect(delivery).rejects.toThrow();
  expect(failures).toHaveLength(1);
});
