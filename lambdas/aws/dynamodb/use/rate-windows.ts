import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RateWindows } from '../../../core/quotas/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';

// A counter is of no use once its minute is over.
const keptSeconds = 600;

/** How a counter of a minute is counted on, as part of an update. */
export const countedOn = (minuteMs: number, count: number) => ({
  UpdateExpression: 'SET #ttl = :ttl ADD #count :count',
  ExpressionAttributeNames: { '#count': 'count', '#ttl': 'ttl' },
  ExpressionAttributeValues: { ':count': count, ':ttl': Math.floor(minuteMs / 1000) + keptSeconds },
});

/** What users do in a minute, an item for each user, kind and minute. */
export function rateWindows(table: Table): RateWindows {
  return {
    add: async (userId, rate, minuteMs, count) => {
      const Key = keys.rate(userId, rate, minuteMs);
      const update = {
        TableName: table.name,
        Key,
        ...countedOn(minuteMs, count),
        ReturnValues: 'UPDATED_NEW',
      } as const;
      const { Attributes } = await table.documents.send(new UpdateCommand(update)).catch(recordsFailed);
      return Number(Attributes?.['count']);
    },
    used: async (userId, rate, minuteMs) => {
      const command = new GetCommand({ TableName: table.name, Key: keys.rate(userId, rate, minuteMs) });
      const { Item } = await table.documents.send(command).catch(recordsFailed);
      return Number(Item?.['count'] ?? 0);
    },
  };
}
