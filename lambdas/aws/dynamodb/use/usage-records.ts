import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Labels, Size } from '../../../../contract/api/sandboxes/sandbox-record.ts';
import type { UsageRecords, UsageRow } from '../../../core/usage/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';

const Row = z.object({
  user_id: z.string(),
  template: z.string(),
  size: Size.shape.name,
  labels: Labels,
  sandboxes: z.number().default(0),
  seconds: z.number().default(0),
  micros: z.number().default(0),
  commands: z.number().default(0),
});

/** What was used on each day, in DynamoDB. */
export function usageRecords(table: Table): UsageRecords {
  return {
    ofDay: async (day, userId) => {
      const { pk, prefix } = keys.usages(day, userId);
      const rows: UsageRow[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const command = new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        });
        const page = await table.documents.send(command).catch(recordsFailed);
        rows.push(...(page.Items ?? []).map((item) => Row.parse(item)));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return rows;
    },
  };
}
