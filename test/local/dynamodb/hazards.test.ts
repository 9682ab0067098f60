import { expect, test } from 'vitest';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

type Fate = NonNullable<HazardSettings['calls']>[number]['fate'];

const suffering = (operation: string, fate: Fate) =>
  startDynamoDb({ hazards: { calls: [{ service: 'dynamodb', operation, fate, times: 1 }] } });

const conditional = { TableName, Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' };

test.each([
  ['throttle', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
  ['fail', { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }],
  ['cut', { code: 'ECONNRESET' }],
] as const)('a write whose fate is %s is not carried out', async (fate, error) => {
  const { db } = await suffering('PutItem', fate);
  await expect(db.putItem(conditional)).rejects.toMatchObject(error);
  await expect(db.putItem(conditional)).resolves.toBeDefined();
});

test('a write whose answer is lost has been carried out', async () => {
  const { db } = await suffering('PutItem', 'lose-answer');
  await expect(db.putItem(conditional)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(db.putItem(conditional)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('a condition that holds fails all the same, and a write without one can’t', async () => {
  const { db } = await startDynamoDb({ hazards: { calls: [{ service: 'dynamodb', fate: 'condition' }] } });
  await expect(db.putItem(conditional)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  await expect(db.putItem({ TableName, Item: key('a') })).resolves.toBeDefined();
});

test('a transaction is cancelled for the first of its conditions', async () => {
  const { db } = await suffering('TransactWriteItems', 'condition');
  const write = () =>
    db.transactWriteItems({ TransactItems: [{ Put: { TableName, Item: key('b') } }, { Put: conditional }] });
  await expect(write()).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
  });
  expect((await db.scan({ TableName })).Count).toBe(0);
  await write();
  expect((await db.scan({ TableName })).Count).toBe(2);
});

test('ended items are found for up to two days, some longer than others, and then no more', async () => {
  const { db, server, time } = await startDynamoDb({ hazards: { database: {} } });
  await db.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
  const ttl = n(Math.floor(time.now / 1000));
  for (let item = 0; item < 20; item++) await db.putItem({ TableName, Item: { ...key(`item ${item}`), ttl } });
  const leftAfter = async (ms: number) => {
    time.now += ms;
    await server.sweep();
    return (await db.scan({ TableName })).Count ?? 0;
  };
  const day = 86_400_000;
  expect(await leftAfter(1_000)).toBe(20);
  const half = await leftAfter(day);
  expect(half).toBeGreaterThan(2);
  expect(half).toBeLessThan(18);
  expect(await leftAfter(day)).toBe(0);
});
