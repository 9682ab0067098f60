import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { AwsError } from '../../../local/aws/aws-error.ts';
import { Engine } from '../../../local/dynamodb/engine/engine.ts';
import { key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

test('a caller can be throttled', async () => {
  const { db, server } = await startDynamoDb();
  server.faults.before = (operation) => {
    if (operation === 'PutItem') throw new AwsError('ProvisionedThroughputExceededException', 'slow down');
  };
  await expect(db.putItem({ TableName, Item: key('a') })).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
  });
  server.faults.before = undefined;
  await expect(db.putItem({ TableName, Item: key('a') })).resolves.toBeDefined();
});

test('a key of another run opens nothing', async () => {
  const [{ server }, { credentials }] = [await startDynamoDb(), await startDynamoDb()];
  const stranger = new DynamoDB({ endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => stranger.destroy());
  await expect(stranger.listTables({})).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

test('a record that dynalite chokes on fails its readers and nobody else, again and again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'matrx-dynamodb-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const first = await startDynamoDb({ dir });
  await first.stop();
  const engine = await Engine.open({ dir: join(dir, 'level'), region: 'us-east-1', accountId: '0' });
  const place = await engine.place(TableName, { Key: key('bad') });
  await engine.db.batch([{ type: 'put', key: `item-items~${place?.key}`, value: { ...key('bad'), broken: null } }]);
  await engine[Symbol.asyncDispose]();

  const failures: string[] = [];
  const { db } = await startDynamoDb({ dir, onUnexpected: (operation) => failures.push(operation) });
  const set = { UpdateExpression: 'SET v = :v', ExpressionAttributeValues: { ':v': n(1) } };
  const bad = [
    () => db.updateItem({ TableName, Key: key('bad'), ...set }),
    () => db.transactWriteItems({ TransactItems: [{ Update: { TableName, Key: key('bad'), ...set } }] }),
    () => db.scan({ TableName }),
    () => db.updateItem({ TableName, Key: key('bad'), ...set }),
  ];
  for (const attempt of bad) {
    await expect(attempt()).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
  }
  expect(failures).toEqual(['UpdateItem', 'TransactWriteItems', 'Scan', 'UpdateItem']);
  await db.putItem({ TableName, Item: key('good') });
  await db.deleteItem({ TableName, Key: key('bad') });
  expect((await db.scan({ TableName })).Items).toEqual([key('good')]);
});
