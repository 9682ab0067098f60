import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../contract/clock.ts';
import { table } from '../../contract/deployment.ts';

/** Makes the table of the contract with its indexes and time to live, unless an earlier run has. */
export async function createTable(tableName: string, config: DynamoDBClientConfig, clock: Clock): Promise<void> {
  const client = new DynamoDBClient(config);
  try {
    if (!(await statusOf(client, tableName))) await makeOnce(client, tableName);
    while ((await statusOf(client, tableName)) !== 'ACTIVE') await clock.sleep(20);
    await enableTimeToLive(client, tableName);
  } finally {
    client.destroy();
  }
}

async function statusOf(client: DynamoDBClient, tableName: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** To enable it twice is an error, which a repeated call whose first answer was lost ends with. */
async function enableTimeToLive(client: DynamoDBClient, tableName: string): Promise<void> {
  if (await hasTimeToLive(client, tableName)) return;
  const TimeToLiveSpecification = { AttributeName: table.timeToLive, Enabled: true };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(await hasTimeToLive(client, tableName))) throw error;
  }
}

async function hasTimeToLive(client: DynamoDBClient, tableName: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  return TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL') === true;
}

async function makeOnce(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await make(client, tableName);
  } catch (error) {
    if (!(await statusOf(client, tableName))) throw error;
  }
}

async function make(client: DynamoDBClient, tableName: string): Promise<void> {
  const keys = [table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: keySchema(table),
      GlobalSecondaryIndexes: table.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );
}

const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];
