import type {
  AttributeValue,
  DynamoDB,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { fill, key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

type Items = Record<string, AttributeValue>[];

async function everyPage(
  read: (start: Record<string, AttributeValue> | undefined) => Promise<QueryCommandOutput | ScanCommandOutput>,
): Promise<{ items: Items; pages: number }> {
  const items: Items = [];
  let start: Record<string, AttributeValue> | undefined;
  let pages = 0;
  do {
    const page = await read(start);
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    pages++;
  } while (start);
  return { items, pages };
}

const queryAll = (db: DynamoDB, query: Partial<QueryCommandInput>) =>
  everyPage((start) => db.query({ TableName, ...query, ...(start && { ExclusiveStartKey: start }) }));
const scanAll = (db: DynamoDB, scan: Partial<ScanCommandInput>) =>
  everyPage((start) => db.scan({ TableName, ...scan, ...(start && { ExclusiveStartKey: start }) }));

const ofPartition = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: pk } },
});
const ofOwner = (owner: string, more = '', values = {}) => ({
  IndexName: 'by-owner',
  KeyConditionExpression: `#o = :o${more}`,
  ExpressionAttributeNames: { '#o': 'owner', ...(more && { '#at': 'at' }) },
  ExpressionAttributeValues: { ':o': { S: owner }, ...values },
});
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, each) => String(from + each).padStart(4, '0'));

test('a query pages through a partition in both directions', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 100);
  for (const ScanIndexForward of [true, false]) {
    const { items, pages } = await queryAll(db, { ...ofPartition('q'), ScanIndexForward, Limit: 33 });
    const expected = numbered(0, 100);
    expect(items.map(({ sk }) => sk?.S)).toEqual(ScanIndexForward ? expected : expected.reverse());
    expect(pages).toBe(4);
  }
});

test('an index is read by ranges of numbers, in their order', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 200);
  const range = ofOwner('q', ' AND #at BETWEEN :from AND :to', { ':from': n(2), ':to': n(120) });
  const { items } = await queryAll(db, { ...range, Limit: 17 });
  expect(items.map(({ at }) => at?.N)).toEqual(numbered(2, 121).map((each) => String(Number(each))));
  const first = await db.query({ TableName, ...range, Limit: 1 });
  expect(Object.keys(first.LastEvaluatedKey ?? {}).sort()).toEqual(['at', 'owner', 'pk', 'sk']);
});

test('items with the same index key are each given once', async () => {
  const { db } = await startDynamoDb();
  for (let each = 0; each < 40; each++) {
    await db.putItem({ TableName, Item: { ...key(`p${each}`), owner: { S: 'same' }, at: n(7) } });
  }
  const { items } = await queryAll(db, { ...ofOwner('same'), Limit: 7 });
  expect(new Set(items.map(({ pk }) => pk?.S)).size).toBe(40);
  expect(items).toHaveLength(40);
});

test('an index follows its items: entered, changed, left', async () => {
  const { db } = await startDynamoDb();
  const count = async (owner: string) => (await db.query({ TableName, ...ofOwner(owner) })).Count;
  const change = (UpdateExpression: string, values?: Record<string, AttributeValue>) =>
    db.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression,
      ExpressionAttributeNames: { '#o': 'owner' },
      ...(values && { ExpressionAttributeValues: values }),
    });
  await db.putItem({ TableName, Item: { ...key('a'), at: n(1) } });
  expect(await count('ann')).toBe(0);
  await change('SET #o = :o', { ':o': { S: 'ann' } });
  expect(await count('ann')).toBe(1);
  await change('SET #o = :o', { ':o': { S: 'bob' } });
  expect([await count('ann'), await count('bob')]).toEqual([0, 1]);
  await change('REMOVE #o');
  expect(await count('bob')).toBe(0);
});

test('an index of keys has only keys', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 3);
  const { Items } = await db.query({ TableName, ...ofOwner('q'), IndexName: 'owners', Limit: 1 });
  expect(Object.keys(Items?.[0] ?? {}).sort()).toEqual(['owner', 'pk', 'sk']);
});

test('a filter sees what the limit let through, and only counts on demand', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 100);
  const filtered = await db.query({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'v = :v',
    ExpressionAttributeValues: { ':pk': { S: 'q' }, ':v': n(3) },
    Limit: 50,
  });
  expect([filtered.Count, filtered.ScannedCount, filtered.LastEvaluatedKey]).toEqual([10, 50, key('q', '0049')]);
  const counted = await db.query({ TableName, ...ofPartition('q'), Select: 'COUNT' });
  expect([counted.Count, counted.Items]).toEqual([100, undefined]);
});

test('a projection takes parts of maps and lists', async () => {
  const { db } = await startDynamoDb();
  const Item = { ...key('a'), m: { M: { k: { M: { z: { S: 'in' }, y: { S: 'out' } } } } }, l: { L: [n(0), n(1)] } };
  await db.putItem({ TableName, Item });
  const got = await db.getItem({ TableName, Key: key('a'), ProjectionExpression: 'm.k.z, l[1]' });
  expect(got.Item).toEqual({ m: { M: { k: { M: { z: { S: 'in' } } } } }, l: { L: [n(1)] } });
});

test('a page ends after one megabyte', async () => {
  const { db } = await startDynamoDb();
  for (const sk of ['1', '2', '3', '4', '5', '6']) {
    await db.putItem({ TableName, Item: { ...key('big', sk), d: { S: 'x'.repeat(300 * 1024) } } });
  }
  const page = await db.query({ TableName, ...ofPartition('big') });
  expect(page.LastEvaluatedKey).toBeDefined();
  expect(page.Count).toBe(4);
  expect((await queryAll(db, ofPartition('big'))).items).toHaveLength(6);
});

test('four parallel scans give every item once', async () => {
  const { db } = await startDynamoDb();
  for (const pk of numbered(0, 8)) await fill(db, pk, 20);
  const scans = [0, 1, 2, 3].map((Segment) => scanAll(db, { Segment, TotalSegments: 4, Limit: 13 }));
  const items = (await Promise.all(scans)).flatMap((scan) => scan.items);
  expect(items).toHaveLength(160);
  expect(new Set(items.map(({ pk, sk }) => `${pk?.S}/${sk?.S}`)).size).toBe(160);
});

test('a scan of an index gives what is in it', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 30);
  await db.putItem({ TableName, Item: key('without an owner') });
  const { items } = await scanAll(db, {
    IndexName: 'by-owner',
    FilterExpression: '#at >= :at',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':at': n(10) },
  });
  expect(items).toHaveLength(20);
});
