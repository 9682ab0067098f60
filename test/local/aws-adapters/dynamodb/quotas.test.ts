import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { table as shape } from '../../../../contract/deployment.ts';
import { deploymentRecords } from '../../../../lambdas/aws/dynamodb/deployment-records.ts';
import { rateWindows } from '../../../../lambdas/aws/dynamodb/use/rate-windows.ts';
import { userQuotas } from '../../../../lambdas/aws/dynamodb/use/user-quotas.ts';
import { startTable } from './start-table.ts';

const at = '2027-01-15T08:00:00.000Z';

test('what is counted in a minute is counted once by everybody, and the next minute begins with nothing', async () => {
  const { table, clock } = await startTable();
  const windows = rateWindows(table);
  const minute = clock.now() - (clock.now() % 60_000);
  const counts = await Promise.all(Array.from({ length: 20 }, () => windows.add('ada', 'commands', minute, 3)));
  expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 3));
  expect(await windows.used('ada', 'commands', minute)).toBe(60);
  expect(await windows.used('ada', 'creates', minute)).toBe(0);
  expect(await windows.used('bob', 'commands', minute)).toBe(0);
  expect(await windows.used('ada', 'commands', minute + 60_000)).toBe(0);
});

test('H6: a counter leaves the table by its time to live', async () => {
  const { table, clock, server } = await startTable();
  const TimeToLiveSpecification = { AttributeName: shape.timeToLive, Enabled: true };
  await table.documents.send(new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification }));
  const windows = rateWindows(table);
  const minute = clock.now() - (clock.now() % 60_000);
  await windows.add('ada', 'creates', minute, 1);
  clock.pass(3 * 86_400_000);
  await server.sweep();
  expect(await windows.used('ada', 'creates', minute)).toBe(0);
});

test('what was set for a user is read as it was set, until it is removed', async () => {
  const { table } = await startTable();
  const quotas = userQuotas(table);
  expect(await quotas.of('ada')).toBeUndefined();
  await quotas.set('ada', { live_sandboxes: 0, commands_per_minute: 7 });
  expect(await quotas.of('ada')).toEqual({ live_sandboxes: 0, commands_per_minute: 7 });
  await quotas.set('ada', { creates_per_minute: 1 });
  expect(await quotas.of('ada')).toEqual({ creates_per_minute: 1 });
  await quotas.remove('ada');
  await quotas.remove('ada');
  expect(await quotas.of('ada')).toBeUndefined();
});

test('a deployment is open and without a cap until an operator says otherwise, and says who it was', async () => {
  const { table } = await startTable();
  const operators = deploymentRecords(table);
  expect(await operators.settings()).toEqual({
    accepting: true,
    reason: null,
    daily_spend_cap_usd: null,
    changed_at: null,
    changed_by: null,
  });
  await operators.change({ daily_spend_cap_usd: 12.5 }, at, 'eve');
  const closed = await operators.change({ accepting: false, reason: 'an incident' }, at, 'ada');
  expect(closed).toEqual({
    accepting: false,
    reason: 'an incident',
    daily_spend_cap_usd: 12.5,
    changed_at: at,
    changed_by: 'ada',
  });
  expect(await operators.settings()).toEqual(closed);
});
