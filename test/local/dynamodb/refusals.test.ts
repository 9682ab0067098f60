import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

const kilobytes = (count: number) => ({ S: 'x'.repeat(count * 1024) });
const put = (Item: Parameters<DynamoDB['putItem']>[0]['Item']) => (db: DynamoDB) => db.putItem({ TableName, Item });
const set = (UpdateExpression: string, values: object) => (db: DynamoDB) =>
  db.updateItem({ TableName, Key: key('a'), UpdateExpression, ExpressionAttributeValues: { ':v': n(1), ...values } });
const items = (count: number) => Array.from({ length: count }, (_, each) => key('a', String(each)));

const refusals: Record<string, (db: DynamoDB) => Promise<unknown>> = {
  'an update of overlapping paths': set('SET m = :v, m.k = :v', {}),
  'a reserved word': set('SET status = :v', {}),
  'a value that isn’t used': set('SET q = :v', { ':unused': n(1) }),
  'a number of 39 digits': put({ ...key('a'), v: { N: '1'.repeat(39) } }),
  'an empty key': put(key('')),
  'a key of 2049 bytes': put(key('x'.repeat(2049))),
  'an index key of the wrong type': put({ ...key('a'), owner: n(1) }),
  'an item over 400 KB': put({ ...key('a'), d: kilobytes(401) }),
  'a batch of 26 items': (db) =>
    db.batchWriteItem({ RequestItems: { [TableName]: items(26).map((Item) => ({ PutRequest: { Item } })) } }),
  'one item twice in a batch': (db) =>
    db.batchWriteItem({
      RequestItems: { [TableName]: [{ PutRequest: { Item: key('a') } }, { DeleteRequest: { Key: key('a') } }] },
    }),
  'a consistent read of an index': (db) =>
    db.query({
      TableName,
      IndexName: 'by-owner',
      ConsistentRead: true,
      KeyConditionExpression: '#o = :v',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':v': { S: 'x' } },
    }),
  'a transaction of nothing': (db) => db.transactWriteItems({ TransactItems: [] }),
  'a transaction of 101 items': (db) =>
    db.transactWriteItems({ TransactItems: items(101).map((Item) => ({ Put: { TableName, Item } })) }),
  'a read of 101 items in a transaction': (db) =>
    db.transactGetItems({ TransactItems: items(101).map((Key) => ({ Get: { TableName, Key } })) }),
  'one item twice in a transaction': (db) =>
    db.transactWriteItems({
      TransactItems: [{ Put: { TableName, Item: key('a') } }, { Delete: { TableName, Key: key('a') } }],
    }),
  'two operations in one part of a transaction': (db) =>
    db.transactWriteItems({
      TransactItems: [{ Put: { TableName, Item: key('a') }, Delete: { TableName, Key: key('b') } }],
    }),
  'a check without a condition': (db) =>
    db.transactWriteItems({
      TransactItems: [{ ConditionCheck: { TableName, Key: key('a'), ConditionExpression: undefined } }],
    }),
  'a client token of 37 characters': (db) =>
    db.transactWriteItems({
      ClientRequestToken: 'x'.repeat(37),
      TransactItems: [{ Put: { TableName, Item: key('a') } }],
    }),
};

test.each(Object.entries(refusals))('%s is a ValidationException and changes nothing', async (_, attempt) => {
  const { db } = await startDynamoDb();
  await expect(attempt(db)).rejects.toMatchObject({ name: 'ValidationException' });
  expect((await db.scan({ TableName })).Count).toBe(0);
});

test('an update that would grow an item over 400 KB is refused', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: { ...key('a'), d: kilobytes(300) } });
  await expect(set('SET q = :v', { ':v': kilobytes(200) })(db)).rejects.toMatchObject({ name: 'ValidationException' });
  expect((await db.getItem({ TableName, Key: key('a') })).Item).not.toHaveProperty('q');
});

const strangers: Record<string, (db: DynamoDB) => Promise<unknown>> = {
  get: (db) => db.getItem({ TableName: 'nope', Key: key('a') }),
  put: (db) => db.putItem({ TableName: 'nope', Item: key('a') }),
  query: (db) =>
    db.query({ TableName: 'nope', KeyConditionExpression: 'pk = :v', ExpressionAttributeValues: { ':v': { S: 'a' } } }),
  'transactional put': (db) =>
    db.transactWriteItems({ TransactItems: [{ Put: { TableName: 'nope', Item: key('a') } }] }),
  'transactional get': (db) => db.transactGetItems({ TransactItems: [{ Get: { TableName: 'nope', Key: key('a') } }] }),
  'time to live': (db) => db.describeTimeToLive({ TableName: 'nope' }),
};

test.each(Object.entries(strangers))(
  '%s on a table that isn’t there is ResourceNotFoundException',
  async (_, attempt) => {
    const { db } = await startDynamoDb();
    await expect(attempt(db)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  },
);

// What AWS has and this stand-in doesn't. Streams on a table are accepted and have no effect.
const missing: Record<string, [string, (db: DynamoDB) => Promise<unknown>]> = {
  PartiQL: ['UnknownOperationException', (db) => db.executeStatement({ Statement: 'SELECT * FROM "items"' })],
  'an index added to a table': [
    'ValidationException',
    (db) =>
      db.updateTable({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'v', AttributeType: 'N' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-v',
              KeySchema: [{ AttributeName: 'v', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          },
        ],
      }),
  ],
};

test.each(Object.entries(missing))('%s is not supported and says so', async (_, [name, attempt]) => {
  const { db } = await startDynamoDb();
  await expect(attempt(db)).rejects.toMatchObject({ name });
});
