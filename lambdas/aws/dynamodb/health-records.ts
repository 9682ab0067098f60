import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { HealthRecords, PartState } from '../../core/service/ports.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';
import { recordsFailed } from './records-failed.ts';

/** Since when each part of the service is as it is, remembered in the table for all environments. */
export function healthRecords(table: Table): HealthRecords {
  const read = async (part: string) => {
    const command = new GetCommand({ TableName: table.name, Key: keys.health(part), ConsistentRead: true });
    return (await table.documents.send(command)).Item as PartState | undefined;
  };
  return {
    check: async () => {
      await read('records').catch(recordsFailed);
    },
    observe: async (part, state, at) => {
      const known = await read(part).catch(recordsFailed);
      if (known?.state === state) return { state, since: known.since };
      await remember(table, part, state, at).catch(recordsFailed);
      return { state, since: at };
    },
  };
}

async function remember(table: Table, part: string, state: 'ok' | 'down', at: string): Promise<void> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: keys.health(part),
    UpdateExpression: 'SET #state = :state, since = :at',
    ConditionExpression: 'attribute_not_exists(since) OR since < :at',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': state, ':at': at },
  });
  await table.documents.send(command).catch((error: unknown) => {
    // Somebody has seen something newer.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}
