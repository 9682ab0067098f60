import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { table as shape } from '../../../../contract/deployment.ts';
import { documentClient } from '../../../../lambdas/aws/dynamodb/document-client.ts';
import { Principals } from '../../../../local/aws/keys.ts';
import { createDynamoDb } from '../../../../local/dynamodb/create-dynamo-db.ts';
import { JumpingClock } from '../../../support/fakes/fakes.ts';

const strings = ['pk', 'sk', ...shape.indexes.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])];
const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];

async function makeTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: strings.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema(shape),
      GlobalSecondaryIndexes: shape.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  );
}

/** The deployment's table in a stand-in of its own, as the adapters reach it. It ends with the test. */
export async function startTable() {
  const clock = new JumpingClock();
  const principals = new Principals();
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const server = stack.use(await createDynamoDb({ clock, principals, region: 'us-east-1' }));
  const { credentials } = principals.issueService('test');
  const documents = documentClient({ endpoint: server.url, region: 'us-east-1', credentials });
  stack.defer(() => documents.destroy());
  await makeTable(documents, 'matrx');
  return { clock, server, table: { documents, name: 'matrx' } };
}
