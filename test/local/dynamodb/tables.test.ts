import { expect, test } from 'vitest';
import { fill, key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

test('a table is on demand, in its region and account, and can be used when its making is answered', async () => {
  const { db } = await startDynamoDb();
  const { Table } = await db.describeTable({ TableName });
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/items',
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }, { IndexStatus: 'ACTIVE' }],
  });
});

test('a table of a name that is taken is refused', async () => {
  const { db } = await startDynamoDb();
  await expect(
    db.createTable({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  ).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

test('a deleted table is gone with all it had', async () => {
  const { db } = await startDynamoDb();
  await fill(db, 'q', 30);
  await db.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
  const { Table } = await db.describeTable({ TableName });
  await db.deleteTable({ TableName });
  await expect(db.describeTable({ TableName })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await db.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Table?.AttributeDefinitions,
    KeySchema: Table?.KeySchema,
    GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
  });
  expect((await db.scan({ TableName })).Count).toBe(0);
  expect((await db.scan({ TableName, IndexName: 'by-owner' })).Count).toBe(0);
  expect((await db.describeTimeToLive({ TableName })).TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
});

test('tables are listed in pages and carry tags', async () => {
  const { db } = await startDynamoDb();
  await db.createTable({
    TableName: 'other',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  const first = await db.listTables({ Limit: 1 });
  const second = await db.listTables({ ExclusiveStartTableName: first.LastEvaluatedTableName });
  expect([first.TableNames, second.TableNames]).toEqual([['items'], ['other']]);
  const { Table } = await db.describeTable({ TableName: 'other' });
  const ResourceArn = Table?.TableArn;
  await db.tagResource({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] });
  expect((await db.listTagsOfResource({ ResourceArn })).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
  await db.untagResource({ ResourceArn, TagKeys: ['a'] });
  expect((await db.listTagsOfResource({ ResourceArn })).Tags).toEqual([]);
});

test('what tools ask about an account has an answer', async () => {
  const { db } = await startDynamoDb();
  expect((await db.describeLimits({})).AccountMaxReadCapacityUnits).toBe(80_000);
  const { ContinuousBackupsDescription } = await db.describeContinuousBackups({ TableName });
  expect(ContinuousBackupsDescription?.ContinuousBackupsStatus).toBe('ENABLED');
});

test('throughput of a provisioned table can be changed', async () => {
  const { db } = await startDynamoDb();
  await db.createTable({
    TableName: 'provisioned',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
  await db.updateTable({
    TableName: 'provisioned',
    ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
  });
  await expect
    .poll(async () => (await db.describeTable({ TableName: 'provisioned' })).Table?.ProvisionedThroughput)
    .toMatchObject({ ReadCapacityUnits: 2, WriteCapacityUnits: 3 });
});

test('names of tables that start alike are kept apart', async () => {
  const { db } = await startDynamoDb();
  await db.createTable({
    TableName: 'items-2',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  await db.putItem({ TableName: 'items-2', Item: { pk: { S: 'a' }, v: n(2) } });
  await db.putItem({ TableName, Item: key('a') });
  expect((await db.scan({ TableName })).Items).toEqual([key('a')]);
  expect((await db.scan({ TableName: 'items-2' })).Items).toEqual([{ pk: { S: 'a' }, v: n(2) }]);
});
