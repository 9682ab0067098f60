import { type AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createDynamoDb, type DynamoDbOptions } from '../../../local/dynamodb/create-dynamo-db.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';

export interface TestDynamoDb extends Partial<Omit<DynamoDbOptions, 'hazards'>> {
  /** @default none, and ended items go at the next sweep */
  readonly hazards?: HazardSettings;
}

/** A stand-in that ends with the test, the SDK's client for it, and a table `items` with two indexes. */
export async function startDynamoDb({ hazards, ...options }: TestDynamoDb = {}) {
  const time = { now: Date.now() };
  const principals = new Principals();
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const server = stack.use(
    await createDynamoDb({
      clock: { ...createClock(), now: () => time.now },
      principals,
      region: 'us-east-1',
      ...options,
      hazards: readHazards({ database: { timeToLiveLagSeconds: 0 }, ...hazards }),
    }),
  );
  const { credentials } = principals.issueService('test');
  const db = new DynamoDB({ endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  stack.defer(() => db.destroy());
  const exists = await db.describeTable({ TableName }).catch(() => undefined);
  if (!exists) await db.createTable(itemsTable);
  return { db, server, time, credentials, stop: () => stack.disposeAsync() };
}

export const TableName = 'items';

const itemsTable = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-owner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'owners',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
} as const satisfies Parameters<DynamoDB['createTable']>[0];

export const key = (pk: string, sk = '1') => ({ pk: { S: pk }, sk: { S: sk } });

/** A number as an attribute. */
export const n = (value: number): AttributeValue.NMember => ({ N: String(value) });

/** Writes `count` items of one partition, 25 a batch, numbered from 0 in `sk` and `at`. */
export async function fill(db: DynamoDB, pk: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += 25) {
    const numbers = Array.from({ length: Math.min(25, count - first) }, (_, each) => first + each);
    await db.batchWriteItem({
      RequestItems: {
        [TableName]: numbers.map((each) => ({
          PutRequest: {
            Item: { ...key(pk, String(each).padStart(4, '0')), owner: { S: pk }, at: n(each), v: n(each % 5) },
          },
        })),
      },
    });
  }
}
