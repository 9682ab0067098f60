import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { QuotaOverride } from '../../../../contract/api/use/quota.ts';
import type { UserQuotas } from '../../../core/quotas/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';

/** What operators set for single users, in DynamoDB. Reads are consistent: what was set rules from then on. */
export function userQuotas(table: Table): UserQuotas {
  const TableName = table.name;
  return {
    of: async (userId) => {
      const command = new GetCommand({ TableName, Key: keys.quota(userId), ConsistentRead: true });
      const { Item } = await table.documents.send(command).catch(recordsFailed);
      return Item && QuotaOverride.parse(Item['override']);
    },
    set: async (userId, override) => {
      await table.documents
        .send(new PutCommand({ TableName, Item: { ...keys.quota(userId), override } }))
        .catch(recordsFailed);
    },
    remove: async (userId) => {
      await table.documents.send(new DeleteCommand({ TableName, Key: keys.quota(userId) })).catch(recordsFailed);
    },
  };
}
