import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { fill, key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

const enable = (db: DynamoDB, Enabled = true) =>
  db.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled } });
const left = async (db: DynamoDB) => {
  const { Items } = await db.scan({ TableName, ProjectionExpression: 'pk' });
  return Items?.map(({ pk }) => pk?.S).sort();
};

test('a sweep deletes what has ended by the clock, and nothing else', async () => {
  const { db, server, time } = await startDynamoDb();
  await enable(db);
  const now = Math.floor(time.now / 1000);
  const items = {
    soon: n(now + 3600),
    later: n(now + 7200),
    'ended six years ago': n(now - 6 * 365 * 86_400),
    'as text': { S: String(now) },
    never: { NULL: true },
  };
  for (const [pk, ttl] of Object.entries(items)) await db.putItem({ TableName, Item: { ...key(pk), ttl } });
  await server.sweep();
  expect(await left(db)).toHaveLength(5);
  time.now += 3_700_000;
  await server.sweep();
  expect(await left(db)).toEqual(['as text', 'ended six years ago', 'later', 'never']);
});

test('a sweep goes through all pages and leaves no index entry', async () => {
  const { db, server, time } = await startDynamoDb();
  await enable(db);
  await fill(db, 'q', 50);
  const ttl = n(Math.floor(time.now / 1000) - 10);
  for (const sk of ['1', '2', '3', '4', '5', '6']) {
    const big = { d: { S: 'x'.repeat(300 * 1024) }, owner: { S: 'big' }, at: n(1) };
    await db.putItem({ TableName, Item: { ...key('big', sk), ...big, ttl } });
  }
  await server.sweep();
  expect((await db.scan({ TableName, IndexName: 'by-owner', Select: 'COUNT' })).Count).toBe(50);
});

test('sweeps come by themselves', async () => {
  const { db, time } = await startDynamoDb({ sweepEveryMs: 5 });
  await enable(db);
  await db.putItem({ TableName, Item: { ...key('a'), ttl: n(Math.floor(time.now / 1000) - 10) } });
  await expect.poll(() => left(db)).toEqual([]);
});

test('a table has time to live until it is turned off, and says so', async () => {
  const { db, server, time } = await startDynamoDb();
  const status = async () => (await db.describeTimeToLive({ TableName })).TimeToLiveDescription;
  expect(await status()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  await enable(db);
  expect(await status()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
  await expect(enable(db)).rejects.toMatchObject({ name: 'ValidationException' });
  await enable(db, false);
  await db.putItem({ TableName, Item: { ...key('a'), ttl: n(Math.floor(time.now / 1000) - 10) } });
  await server.sweep();
  expect(await left(db)).toEqual(['a']);
});
