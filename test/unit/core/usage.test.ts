import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costUsd, microsOf } from '../../../contract/api/use/prices.ts';
import { runningParts, spendOf } from '../../../lambdas/aws/dynamodb/use/spend-items.ts';
import { billedDays, dayOf } from '../../../lambdas/core/usage/billed-days.ts';
import { getMetrics } from '../../../lambdas/core/usage/get-metrics.ts';
import { getUsage } from '../../../lambdas/core/usage/get-usage.ts';
import type { UsageRow } from '../../../lambdas/core/usage/ports.ts';
import { callOf, person, service } from '../../support/calls.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const size = { name: 's', cpu: 0.5, memory_mb: 1_024, disk_gb: 20 } as const;
const dayMs = 86_400_000;
const someDay = Date.parse('2027-01-15');

test('the days of a machine add up to what its whole time costs, whenever it began and however long it took', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: dayMs }), fc.integer({ min: 0, max: 50 * dayMs }), (offset, length) => {
      const launched = someDay + offset;
      const days = billedDays(size, launched, launched + length);
      const micros = days.reduce((sum, day) => sum + day.micros, 0);
      expect(micros / 1e6).toBe(costUsd(size, length));
      const seconds = days.reduce((sum, day) => sum + day.seconds, 0);
      expect(seconds).toBe(Math.round(Math.max(60_000, length) / 1000));
      expect(days.every((day) => day.seconds >= 0 && day.seconds <= 86_400)).toBe(true);
      expect(days[0]?.day).toBe(dayOf(launched));
    }),
  );
});

test('a machine is paid for a minute at least, and one of a hundred days has sixty of them', () => {
  expect(billedDays(size, someDay, someDay + 1_000)).toEqual([{ day: '2027-01-15', seconds: 60, micros: 413 }]);
  const long = billedDays(size, someDay, someDay + 100 * dayMs);
  expect(long).toHaveLength(60);
  expect(long.reduce((sum, { micros }) => sum + micros, 0)).toBe(microsOf(size, 100 * dayMs));
});

test('what runs costs what each of it costs, without looking at each', () => {
  const machine = fc.record({
    launched: fc.integer({ min: someDay, max: someDay + 3 * dayMs }),
    cpu: fc.constantFrom(0.25, 0.5, 1, 2, 4),
  });
  fc.assert(
    fc.property(fc.array(machine, { maxLength: 40 }), (machines) => {
      const nowMs = someDay + 3 * dayMs + 3_600_000;
      const midnight = someDay + 3 * dayMs;
      const items = machines.map(({ launched, cpu }) => ({
        day: dayOf(launched),
        ended: 0,
        ...runningParts({ ...size, cpu }, launched),
      }));
      const each = machines.map(({ launched, cpu }) =>
        microsOf({ ...size, cpu }, nowMs - Math.max(launched, midnight)),
      );
      const micros = each.reduce((sum, one) => sum + one, 0);
      const spend = spendOf(items, nowMs);
      expect(Math.abs(spend.todayUsd * 1e6 - micros)).toBeLessThanOrEqual(machines.length + 1);
      expect(spend.running).toBe(machines.length);
    }),
  );
});

const row = (fields: Partial<UsageRow & { day: string }>) => ({
  day: '2027-01-15',
  user_id: 'ada',
  template: 'base',
  size: 's' as const,
  labels: {},
  sandboxes: 1,
  seconds: 60,
  micros: 1_000_000,
  commands: 2,
  ...fields,
});

test.each([
  ['day', ['2027-01-14', '2027-01-15']],
  ['template', ['base', 'minimal']],
  ['size', ['l', 's']],
  ['label.team', [null, 'red']],
  ['user', ['ada']],
])('use is grouped by %s, and its total is the same', async (group_by, keys) => {
  const { ports } = fakeService();
  ports.usage.rows.push(
    row({ day: '2027-01-14', template: 'minimal' }),
    row({ size: 'l', labels: { team: 'red', constructor: 'x' } }),
    row({}),
    row({ user_id: 'bob' }),
  );
  const answer = await getUsage(ports, callOf('getUsage', person('ada'), { query: { group_by, to: '2027-01-15' } }));
  if (!('body' in answer)) throw new Error('expected a body');
  expect(answer.body.rows.map(({ key }) => key).sort()).toEqual([...keys].sort());
  expect(answer.body).toMatchObject({
    user_id: 'ada',
    from: '2026-12-17',
    total: { sandboxes: 3, sandbox_seconds: 180, commands: 6, usd: 3 },
  });
});

test('everybody’s use is for operators, and for a bounded time', async () => {
  const { ports } = fakeService();
  ports.usage.rows.push(row({}), row({ user_id: 'bob' }));
  const ask = (caller: Parameters<typeof callOf<'getUsage'>>[1], query: object) =>
    getUsage(ports, callOf('getUsage', caller, { query: { to: '2027-01-15', group_by: 'user', ...query } }));
  for (const operator of [service, person('eve', true)])
    expect(await ask(operator, {})).toMatchObject({ body: { user_id: null, total: { sandboxes: 2 } } });
  expect(await ask(service, { user_id: 'bob' })).toMatchObject({ body: { total: { sandboxes: 1 } } });
  await expect(ask(person('ada'), { user_id: 'bob' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(ask(service, { from: '2026-12-01' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'query.from', rule: 'expected at most 31 days, or a user_id' },
  });
  expect(await ask(service, { from: '2026-01-01', user_id: 'bob' })).toMatchObject({ status: 200 });
});

test('figures that an agent tells are kept with the time of the service, and read by the owner alone', async () => {
  const { ready, beat, ports, clock } = fakeService();
  const id = await ready();
  const machine = { cpu: 0.25, memory_bytes: 1, disk_bytes: 2, processes: 3 };
  await beat(id, { machine, running_commands: 4 });
  const at = new Date(clock.now()).toISOString();
  const read = (caller: Parameters<typeof callOf<'getMetrics'>>[1]) =>
    getMetrics(ports, callOf('getMetrics', caller, { params: { sandbox_id: id } }));
  const point = { ...machine, running_commands: 4, at };
  expect(await read(person('ada'))).toEqual({
    status: 200,
    body: {
      sandbox_id: id,
      limits: { cpu: 0.5, memory_bytes: 1_024 ** 3, disk_bytes: 20 * 1_024 ** 3 },
      current: point,
      points: [point],
    },
  });
  await expect(read(person('eve'))).rejects.toMatchObject({ code: 'not_found' });
  clock.pass(3_600_001);
  expect(await read(service)).toMatchObject({ body: { current: null, points: [] } });
});

test('a heartbeat brings its answer also when its figures can not be kept', async () => {
  const { ready, beat, ports } = fakeService();
  const id = await ready();
  ports.points.add = () => Promise.reject(new Error('throttled'));
  const machine = { cpu: 0, memory_bytes: 0, disk_bytes: 0, processes: 1 };
  expect(await beat(id, { machine })).toMatchObject({ status: 200, body: { stop: 'no' } });
});
