import { expect, test } from 'vitest';
import { commandRecords } from '../../../../lambdas/aws/dynamodb/commands/command-records.ts';
import { healthRecords } from '../../../../lambdas/aws/dynamodb/health-records.ts';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { AwsError } from '../../../../local/aws/aws-error.ts';
import { startTable } from './start-table.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;
const commandId = `cmd_${'0'.repeat(26)}`;

test('a key for a command belongs to the first, until its time is over', async () => {
  const { table, clock } = await startTable();
  const commands = commandRecords(table, clock);
  const claim = (hash: string) => ({ scope: 'me', key: 'k', hash, until: Math.floor(clock.now() / 1000) + 60 });
  const both = await Promise.all([commands.claim(claim('a'), 'cmd_1'), commands.claim(claim('a'), 'cmd_2')]);
  expect(both[0]).toEqual(both[1]);
  expect(await commands.claim(claim('b'), 'cmd_3')).toEqual(both[0]);
  clock.pass(120_000);
  expect(await commands.claim(claim('b'), 'cmd_3')).toEqual({ id: 'cmd_3', hash: 'b' });
});

test('since when a part is as it is survives the environment that saw it', async () => {
  const { table } = await startTable();
  const first = '2027-01-15T08:00:00.000Z';
  const later = '2027-01-15T09:00:00.000Z';
  await healthRecords(table).check();
  expect(await healthRecords(table).observe('tasks', 'down', first)).toEqual({ state: 'down', since: first });
  expect(await healthRecords(table).observe('tasks', 'down', later)).toEqual({ state: 'down', since: first });
  expect(await healthRecords(table).observe('tasks', 'ok', later)).toEqual({ state: 'ok', since: later });
});

test.each([
  ['ProvisionedThroughputExceededException', 'rate_limited'],
  ['ThrottlingException', 'rate_limited'],
  ['ResourceNotFoundException', 'unavailable'],
  ['InternalServerError', 'unavailable'],
  ['AccessDeniedException', 'internal'],
])('%s of DynamoDB is %s, with its cause', async (name, code) => {
  const { table, clock, server } = await startTable();
  server.faults.before = () => {
    throw new AwsError(name, 'no', name === 'InternalServerError' ? 500 : 400);
  };
  await expect(sandboxRecords(table, clock).get(sandboxId)).rejects.toMatchObject({ code, cause: { name } });
});

test('a table that can not be reached is unavailable', async () => {
  const { table, clock, server } = await startTable();
  await server[Symbol.asyncDispose]();
  await expect(commandRecords(table, clock).outcomeOf(sandboxId, commandId)).rejects.toMatchObject({
    code: 'unavailable',
    details: { part: 'records' },
  });
});
