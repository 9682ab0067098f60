import { expect, test } from 'vitest';
import { fill, key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

test('an item of every type comes back as it was put', async () => {
  const { db } = await startDynamoDb();
  const Item = {
    ...key('a'),
    number: { N: '12345678901234567890.123' },
    bytes: { B: new Uint8Array([1, 2, 255]) },
    flag: { BOOL: true },
    nothing: { NULL: true },
    list: { L: [{ S: 'x' }, { N: '1' }] },
    map: { M: { k: { M: { z: { S: '' } } } } },
    strings: { SS: ['a', 'b'] },
    numbers: { NS: ['1', '2'] },
    blobs: { BS: [new Uint8Array([9])] },
    text: { S: '€ \u0000 𝄞 "' },
  };
  await db.putItem({ TableName, Item });
  const got = await db.getItem({ TableName, Key: key('a'), ConsistentRead: true });
  expect(got.Item).toEqual(Item);
});

test('a condition that fails changes nothing and can show the item it met', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: { ...key('a'), v: n(5) } });
  const conditional = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const attempts = [
    db.putItem({ ...conditional, Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' }),
    db.updateItem({
      ...conditional,
      Key: key('a'),
      UpdateExpression: 'SET v = :v',
      ConditionExpression: 'v < :v',
      ExpressionAttributeValues: { ':v': n(1) },
    }),
    db.deleteItem({ ...conditional, Key: key('a'), ConditionExpression: 'attribute_not_exists(pk)' }),
  ];
  for (const attempt of attempts) {
    await expect(attempt).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { ...key('a'), v: n(5) },
    });
  }
  await expect(
    db.putItem({ TableName, Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' }),
  ).rejects.not.toHaveProperty('Item', expect.anything());
  expect((await db.getItem({ TableName, Key: key('a') })).Item).toEqual({ ...key('a'), v: n(5) });
});

test('a condition on an item that isn’t there fails without one', async () => {
  const { db } = await startDynamoDb();
  await expect(
    db.deleteItem({
      TableName,
      Key: key('a'),
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
});

test('put and delete give back the old item when asked', async () => {
  const { db } = await startDynamoDb();
  const put = (v: number) => db.putItem({ TableName, Item: { ...key('a'), v: n(v) }, ReturnValues: 'ALL_OLD' });
  expect((await put(1)).Attributes).toBeUndefined();
  expect((await put(2)).Attributes).toEqual({ ...key('a'), v: n(1) });
  const deleted = await db.deleteItem({ TableName, Key: key('a'), ReturnValues: 'ALL_OLD' });
  expect(deleted.Attributes).toEqual({ ...key('a'), v: n(2) });
});

test('an update expression sets, appends, adds, deletes and removes at once', async () => {
  const { db } = await startDynamoDb();
  const map = { M: { k: { M: {} } } };
  await db.putItem({
    TableName,
    Item: {
      ...key('a'),
      list: { L: [{ S: 'x' }] },
      map,
      gone: { NULL: true },
      ns: { NS: ['1', '2'] },
      ss: { SS: ['a'] },
    },
  });
  const { Attributes } = await db.updateItem({
    TableName,
    Key: key('a'),
    UpdateExpression:
      'SET #c = if_not_exists(#c, :zero) + :one, #l = list_append(#l, :more), #m.k.#y = :s REMOVE gone ADD cnt :one, ss :ss DELETE ns :ns',
    ExpressionAttributeNames: { '#c': 'count', '#m': 'map', '#y': 'y-1.2', '#l': 'list' },
    ExpressionAttributeValues: {
      ':zero': n(0),
      ':one': n(1),
      ':more': { L: [{ S: 'y' }] },
      ':s': { S: 'v' },
      ':ss': { SS: ['b'] },
      ':ns': { NS: ['1'] },
    },
    ReturnValues: 'ALL_NEW',
  });
  expect(Attributes).toEqual({
    ...key('a'),
    count: n(1),
    cnt: n(1),
    list: { L: [{ S: 'x' }, { S: 'y' }] },
    map: { M: { k: { M: { 'y-1.2': { S: 'v' } } } } },
    ss: { SS: ['a', 'b'] },
    ns: { NS: ['2'] },
  });
});

test('an update makes the item that isn’t there and answers what it changed', async () => {
  const { db } = await startDynamoDb();
  const { Attributes } = await db.updateItem({
    TableName,
    Key: key('new'),
    UpdateExpression: 'SET a = :a',
    ExpressionAttributeValues: { ':a': { S: 'x' } },
    ReturnValues: 'UPDATED_NEW',
  });
  expect(Attributes).toEqual({ a: { S: 'x' } });
});

test('conditions know sizes, types, ranges, sets and negation', async () => {
  const { db } = await startDynamoDb();
  await db.putItem({ TableName, Item: { ...key('a', '10'), l: { L: [n(1), n(2)] }, ss: { SS: ['a'] }, cnt: n(3) } });
  const update = await db.updateItem({
    TableName,
    Key: key('a', '10'),
    UpdateExpression: 'SET cnt = cnt - :one',
    ConditionExpression:
      'size(l) >= :one AND contains(ss, :a) AND begins_with(sk, :prefix) AND cnt BETWEEN :one AND :ten AND cnt IN (:one, :three) AND NOT attribute_type(l, :type) AND (attribute_exists(nope) OR pk = :a)',
    ExpressionAttributeValues: {
      ':one': n(1),
      ':three': n(3),
      ':ten': n(10),
      ':a': { S: 'a' },
      ':prefix': { S: '1' },
      ':type': { S: 'S' },
    },
    ReturnValues: 'UPDATED_NEW',
  });
  expect(update.Attributes).toEqual({ cnt: n(2) });
});

test('two hundred additions at once all count', async () => {
  const { db } = await startDynamoDb();
  const add = { TableName, Key: key('a'), UpdateExpression: 'ADD v :one', ExpressionAttributeValues: { ':one': n(1) } };
  await Promise.all(Array.from({ length: 200 }, () => db.updateItem(add)));
  expect((await db.getItem({ TableName, Key: key('a') })).Item?.['v']).toEqual(n(200));
});

test('a hundred items are read in one batch, in parts of them', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'a', 100);
  const Keys = Array.from({ length: 100 }, (_, each) => key('a', String(each).padStart(4, '0')));
  const { Responses } = await db.batchGetItem({ RequestItems: { [TableName]: { Keys, ProjectionExpression: 'sk' } } });
  expect(new Set(Responses?.[TableName]?.map((item) => JSON.stringify(item))).size).toBe(100);
  expect(Object.keys(Responses?.[TableName]?.[0] ?? {})).toEqual(['sk']);
});

test('batches that overlap in any order all end', async () => {
  const { db } = await startDynamoDb();
  const keys = ['a', 'b', 'c', 'd'].map((pk) => key(pk));
  const batch = (items: typeof keys) =>
    db.batchWriteItem({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } });
  await Promise.all(Array.from({ length: 20 }, (_, each) => batch(each % 2 ? keys : keys.toReversed())));
  expect((await db.scan({ TableName })).Count).toBe(4);
});

test('capacity is counted as AWS counts it', async () => {
  const { db } = await startDynamoDb();
  const counted = { TableName, ReturnConsumedCapacity: 'TOTAL' } as const;
  const put = await db.putItem({ ...counted, Item: { ...key('a'), d: { S: 'x'.repeat(3000) } } });
  const consistent = await db.getItem({ ...counted, Key: key('a'), ConsistentRead: true });
  const eventual = await db.getItem({ ...counted, Key: key('a') });
  const transaction = await db.transactWriteItems({
    ReturnConsumedCapacity: 'TOTAL',
    TransactItems: [{ Put: { TableName, Item: key('b') } }, { Delete: { TableName, Key: key('c') } }],
  });
  const units = [put, consistent, eventual].map((output) => output.ConsumedCapacity?.CapacityUnits);
  expect(units).toEqual([3, 1, 0.5]);
  expect(transaction.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 4 }]);
});
