import { join } from 'node:path';
import { systemClock } from '../../../contract/clock.ts';
import type { Credentials } from '../../aws/keys.ts';
import { createDynamoDb, type DynamoDb } from '../../dynamodb/create-dynamo-db.ts';
import { createTable } from '../create-table.ts';
import type { Run } from '../run.ts';
import { describeError } from './open-logs.ts';

export const tableName = 'matrx';

/** DynamoDB with the table of the contract in it. */
export async function openDatabase(run: Run, deployer: Credentials): Promise<DynamoDb> {
  const { dataDir, clock, principals, region, logs, hazards } = run;
  await using started = new AsyncDisposableStack();
  const dynamo = started.use(
    await createDynamoDb({
      dir: join(dataDir, 'dynamodb'),
      clock,
      principals,
      region,
      hazards,
      onUnexpected: (operation, error) => logs.aws.write(`dynamodb ${operation} ${describeError(error)}\n`),
    }),
  );
  await createTable(tableName, { endpoint: dynamo.url, region, credentials: deployer }, systemClock);
  started.move();
  return dynamo;
}
