import type { DynamoDB, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

const add = (pk: string): TransactWriteItem => ({
  Update: {
    TableName,
    Key: key(pk),
    UpdateExpression: 'ADD v :one',
    ExpressionAttributeValues: { ':one': n(1) },
  },
});
const numberOf = async (db: DynamoDB, pk: string) => (await db.getItem({ TableName, Key: key(pk) })).Item?.['v']?.N;

test('a transaction puts, updates, deletes and checks together', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: key('deleted') });
  await db.putItem({ TableName, Item: key('checked') });
  await db.transactWriteItems({
    TransactItems: [
      { Put: { TableName, Item: { ...key('put'), v: n(1) }, ConditionExpression: 'attribute_not_exists(pk)' } },
      add('updated'),
      { Delete: { TableName, Key: key('deleted') } },
      { ConditionCheck: { TableName, Key: key('checked'), ConditionExpression: 'attribute_exists(pk)' } },
    ],
  });
  const { Items } = await db.scan({ TableName, ProjectionExpression: 'pk' });
  expect(Items?.map(({ pk }) => pk?.S).sort()).toEqual(['checked', 'put', 'updated']);
});

test('a failed condition cancels all of it, with a reason for each item', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: { ...key('there'), v: n(1) } });
  const there = { TableName, Item: key('there'), ConditionExpression: 'attribute_not_exists(pk)' };
  const failed = db.transactWriteItems({
    TransactItems: [
      add('new'),
      { Put: { ...there, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
      { ConditionCheck: { TableName, Key: key('nowhere'), ConditionExpression: 'attribute_exists(pk)' } },
    ],
  });
  await expect(failed).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: { ...key('there'), v: n(1) } },
      { Code: 'ConditionalCheckFailed' },
    ],
  });
  await expect(failed).rejects.not.toHaveProperty('CancellationReasons.2.Item');
  expect(await numberOf(db, 'new')).toBeUndefined();
});

test('an item that can’t be written cancels what was written before it', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: { ...key('text'), v: { S: 'text' } } });
  await expect(
    db.transactWriteItems({ TransactItems: [add('first'), add('text'), add('last')] }),
  ).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }, { Code: 'None' }],
  });
  expect([await numberOf(db, 'first'), await numberOf(db, 'last')]).toEqual([undefined, undefined]);
});

test('a key that doesn’t fit the table cancels with its reason', async () => {
  const { db } = await startDynamoDb();
  const wrong = { TableName, Key: { pk: { S: 'a' } } };
  await expect(db.transactWriteItems({ TransactItems: [add('a'), { Delete: wrong }] })).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
  });
});

test('the same token does it once, however often and at once', async () => {
  const { db } = await startDynamoDb();
  const request = { ClientRequestToken: 'token', TransactItems: [add('a')] };
  await Promise.all(Array.from({ length: 5 }, () => db.transactWriteItems(request)));
  expect(await numberOf(db, 'a')).toBe('1');
  await expect(db.transactWriteItems({ ...request, TransactItems: [add('b')] })).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

test('a token that failed may be tried again', async () => {
  const { db } = await startDynamoDb();
  const put = { TableName, Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' };
  const request = { ClientRequestToken: 'token', TransactItems: [{ Put: put }] };
  await db.putItem({ TableName, Item: key('a') });
  await expect(db.transactWriteItems(request)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  await db.deleteItem({ TableName, Key: key('a') });
  await expect(db.transactWriteItems(request)).resolves.toBeDefined();
});

test('a token is forgotten after ten minutes by the clock', async () => {
  const { db, server, time } = await startDynamoDb();
  const request = { ClientRequestToken: 'token', TransactItems: [add('a')] };
  await db.transactWriteItems(request);
  time.now += 599_000;
  await server.sweep();
  await db.transactWriteItems(request);
  expect(await numberOf(db, 'a')).toBe('1');
  time.now += 1000;
  await server.sweep();
  await db.transactWriteItems(request);
  expect(await numberOf(db, 'a')).toBe('2');
});

test('a hundred items go in one transaction', async () => {
  const { db } = await startDynamoDb();
  const TransactItems = Array.from({ length: 100 }, (_, each) => ({ Put: { TableName, Item: key(`k${each}`) } }));
  await db.transactWriteItems({ TransactItems });
  expect((await db.scan({ TableName, Select: 'COUNT' })).Count).toBe(100);
});

test('fifty transactions on one item at once all count', async () => {
  const { db } = await startDynamoDb();
  const transactions = Array.from({ length: 50 }, (_, each) => [add('shared'), add(`own${each}`)]);
  // Each names the items in another order, so that taking turns can't be luck.
  await Promise.all(
    transactions.map((items, each) => db.transactWriteItems({ TransactItems: each % 2 ? items : items.toReversed() })),
  );
  expect(await numberOf(db, 'shared')).toBe('50');
});

test('a transactional read sees two items at one moment', async () => {
  const { db } = await startDynamoDb();
  const read = async () => {
    const Get = [key('a'), key('b')].map((Key) => ({ Get: { TableName, Key } }));
    const { Responses } = await db.transactGetItems({ TransactItems: Get });
    return Responses?.map(({ Item }) => Item?.['v']?.N);
  };
  expect(await read()).toEqual([undefined, undefined]);
  const writes = Promise.all(
    Array.from({ length: 30 }, () => db.transactWriteItems({ TransactItems: [add('a'), add('b')] })),
  );
  for (let each = 0; each < 20; each++) {
    const [a, b] = (await read()) ?? [];
    expect(a).toBe(b);
  }
  await writes;
  expect(await read()).toEqual(['30', '30']);
});
