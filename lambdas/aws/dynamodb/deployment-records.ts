import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Timestamp } from '../../../contract/api/identifiers.ts';
import type { DeploymentRecords, DeploymentSettings } from '../../core/admin/ports.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';
import { recordsFailed } from './records-failed.ts';
import { firstSpendDay, SpendItem, spendOf } from './use/spend-items.ts';

const Settings = z.object({
  accepting: z.boolean().default(true),
  reason: z.string().nullable().default(null),
  daily_spend_cap_usd: z.number().nullable().default(null),
  changed_at: Timestamp.nullable().default(null),
  changed_by: z.string().nullable().default(null),
}) satisfies z.ZodType<DeploymentSettings>;

/** What is about the whole deployment, in DynamoDB. The switches are read consistently: one that is turned rules at once. */
export function deploymentRecords(table: Table): DeploymentRecords {
  const one = { TableName: table.name, Key: keys.deployment };
  return {
    settings: async () => {
      const { Item } = await table.documents
        .send(new GetCommand({ ...one, ConsistentRead: true }))
        .catch(recordsFailed);
      return Settings.parse(Item ?? {});
    },
    change: async (changes, at, by) => {
      const fields = Object.entries({ ...changes, changed_at: at, changed_by: by });
      const command = new UpdateCommand({
        ...one,
        UpdateExpression: `SET ${fields.map((_, n) => `#${n} = :${n}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(fields.map(([name], n) => [`#${n}`, name])),
        ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], n) => [`:${n}`, value])),
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await table.documents.send(command).catch(recordsFailed);
      return Settings.parse(Attributes);
    },
    spend: async (nowMs) => {
      const { pk, from, to } = keys.spends(firstSpendDay(nowMs));
      const command = new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      });
      const { Items = [] } = await table.documents.send(command).catch(recordsFailed);
      return spendOf(
        Items.map((item) => SpendItem.parse(item)),
        nowMs,
      );
    },
  };
}
