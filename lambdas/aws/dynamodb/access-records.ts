import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Grant } from '../../../contract/agent/grant.ts';
import { Timestamp } from '../../../contract/api/identifiers.ts';
import type { AccessRecords } from '../../core/access/ports.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';
import { recordsFailed, unlessRefused } from './records-failed.ts';

const Item = z.object({
  grant: Grant,
  generation: z.number().int(),
  session: z.object({ id: z.string(), streamUrl: z.string() }),
  lease: z.object({ slot: z.number().int(), fence: z.number().int() }),
  ended_at: Timestamp.nullable(),
});

// An ended or expired grant is told so for a day.
const keptSeconds = 86_400;

/** Grants of client-held channels in DynamoDB. Reads are consistent. */
export function accessRecords(table: Table): AccessRecords {
  return {
    save: async (record) => {
      const { sandbox_id, grant_id, expires_at } = record.grant;
      const ttl = Math.floor(Date.parse(expires_at) / 1000) + keptSeconds;
      const command = new PutCommand({
        TableName: table.name,
        Item: { ...keys.grant(sandbox_id, grant_id), ...record, ttl },
        ConditionExpression: 'attribute_not_exists(pk) OR attribute_type(ended_at, :null)',
        ExpressionAttributeValues: { ':null': 'NULL' },
      });
      return await unlessRefused(table.documents.send(command));
    },
    get: async (sandboxId, grantId) => {
      const Key = keys.grant(sandboxId, grantId);
      const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
      const { Item: found } = await table.documents.send(command).catch(recordsFailed);
      return found && Item.parse(found);
    },
  };
}
