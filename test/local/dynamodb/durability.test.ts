import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createDynamoDb } from '../../../local/dynamodb/create-dynamo-db.ts';
import { Engine } from '../../../local/dynamodb/engine/engine.ts';
import { key, n, startDynamoDb, TableName } from './start-dynamo-db.ts';

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'matrx-dynamodb-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function serve(dir: string): Promise<{ db: DynamoDB; child: ChildProcess }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./serve-dynamo-db.ts', import.meta.url)), dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const { url, credentials } = JSON.parse(line);
  const db = new DynamoDB({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => db.destroy());
  return { db, child };
}

test('everything is there after a restart', async () => {
  const dir = await tempDir();
  const first = await startDynamoDb({ dir });
  await first.db.putItem({ TableName, Item: { ...key('a'), v: n(1) } });
  await first.db.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
  await first.stop();
  const second = await startDynamoDb({ dir });
  expect((await second.db.getItem({ TableName, Key: key('a') })).Item).toEqual({ ...key('a'), v: n(1) });
  expect((await second.db.describeTimeToLive({ TableName })).TimeToLiveDescription?.AttributeName).toBe('ttl');
});

test('a kill in the middle of writing loses nothing that was answered and leaves no half transaction', async () => {
  const dir = await tempDir();
  await (await startDynamoDb({ dir })).stop();
  const { db, child } = await serve(dir);
  const answered: string[] = [];
  const write = async (writer: number) => {
    for (let each = 0; ; each++) {
      const pair = `${writer}-${each}`;
      const items = ['left', 'right'].map((sk) => ({ ...key(pair, sk), owner: { S: 'killed' }, at: n(each) }));
      await db.transactWriteItems({ TransactItems: items.map((Item) => ({ Put: { TableName, Item } })) });
      answered.push(pair);
      if (answered.length === 150) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled([0, 1, 2, 3, 4, 5, 6, 7].map(write));

  const again = await startDynamoDb({ dir });
  const { Items = [] } = await again.db.scan({ TableName });
  const sides = Map.groupBy(Items, ({ pk }) => String(pk?.S));
  expect([...sides.values()].every((pair) => pair.length === 2)).toBe(true);
  expect(answered.filter((pair) => !sides.has(pair))).toEqual([]);
  expect(answered.length).toBeGreaterThanOrEqual(150);
  const indexed = await again.db.scan({ TableName, IndexName: 'by-owner', Select: 'COUNT' });
  expect(indexed.Count).toBe(Items.length);
});

test('a client token survives with its transaction', async () => {
  const dir = await tempDir();
  const request = {
    ClientRequestToken: 'token',
    TransactItems: [
      {
        Update: {
          TableName,
          Key: key('a'),
          UpdateExpression: 'ADD v :one',
          ExpressionAttributeValues: { ':one': n(1) },
        },
      },
    ],
  };
  for (let run = 0; run < 2; run++) {
    const { db, stop } = await startDynamoDb({ dir });
    await db.transactWriteItems(request);
    expect((await db.getItem({ TableName, Key: key('a') })).Item?.['v']).toEqual(n(1));
    await stop();
  }
});

test('a table that a kill caught in its making can be used, one caught in its removal is gone', async () => {
  const dir = await tempDir();
  const { db, stop } = await startDynamoDb({ dir });
  await db.putItem({ TableName, Item: { ...key('a'), owner: { S: 'ann' }, at: n(1) } });
  await stop();
  for (const [TableStatus, tables] of [
    ['CREATING', ['items']],
    ['DELETING', []],
  ] as const) {
    const engine = await Engine.open({ dir: join(dir, 'level'), region: 'us-east-1', accountId: '0' });
    const table = (await engine.db.get('table~items')) as object;
    await engine.db.batch([{ type: 'put', key: 'table~items', value: { ...table, TableStatus } }]);
    await engine[Symbol.asyncDispose]();
    const settled = await Engine.open({ dir: join(dir, 'level'), region: 'us-east-1', accountId: '0' });
    onTestFinished(() => settled[Symbol.asyncDispose]());
    expect(await settled.run('ListTables', {})).toEqual({ TableNames: tables });
    await settled[Symbol.asyncDispose]();
  }
  const again = await startDynamoDb({ dir });
  expect((await again.db.scan({ TableName })).Count).toBe(0);
  expect((await again.db.scan({ TableName, IndexName: 'by-owner' })).Count).toBe(0);
});

test('a folder that is open elsewhere is refused', async () => {
  const dir = await tempDir();
  await serve(dir);
  const options = { dir, clock: systemClock, principals: new Principals(), region: 'us-east-1' };
  await expect(createDynamoDb(options)).rejects.toThrow(/can't be opened; does another process use it/);
});
