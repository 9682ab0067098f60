import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createDynamoDb } from '../../../local/dynamodb/create-dynamo-db.ts';
import { readHazards } from '../../../local/hazards/hazards.ts';
import { createTable } from '../../../local/service/create-table.ts';

test.each(['CreateTable', 'UpdateTimeToLive'])(
  'a table is made, although %s is called twice because its answer was lost',
  async (operation) => {
    const principals = new Principals();
    const hazards = readHazards({
      calls: [{ service: 'dynamodb', operation, fate: 'lose-answer', times: 1 }],
    });
    await using server = await createDynamoDb({ clock: systemClock, principals, region: 'us-east-1', hazards });
    const { credentials } = principals.issueService('test');
    const config = { endpoint: server.url, region: 'us-east-1', credentials };
    await createTable('matrx', config, systemClock);
    // A second run finds all of it.
    await createTable('matrx', config, systemClock);
    const client = new DynamoDBClient(config);
    const answer = await client.send(new DescribeTimeToLiveCommand({ TableName: 'matrx' }));
    client.destroy();
    expect(answer).toMatchObject({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } });
  },
);
