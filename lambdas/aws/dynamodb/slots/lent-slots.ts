import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { LentSlots } from '../../../core/access/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';
import type { SlotLeases } from './slot-leases.ts';
import { slotNumberOf } from './slot-line.ts';

const Item = z.object({ sk: z.string(), fence: z.number(), grant_id: z.string(), lent_at: z.number() });

/** The slots that callers have, among all of a sandbox's. */
export function lentSlots(table: Table, leases: Pick<SlotLeases, 'release'>): LentSlots {
  return {
    of: async (sandboxId) => {
      const { pk, from, to } = keys.slotsAndPlaces(sandboxId);
      const query = new QueryCommand({
        TableName: table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        FilterExpression: 'attribute_exists(grant_id)',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      });
      const { Items = [] } = await table.documents.send(query).catch(recordsFailed);
      return Items.map((item) => {
        const { sk, fence, grant_id: grantId, lent_at: lentAtMs } = Item.parse(item);
        return { slot: slotNumberOf(sk), fence, grantId, lentAtMs };
      });
    },
    giveBack: (sandboxId, { slot, fence }, atMs) => leases.release({ sandboxId, slot, fence }, atMs),
  };
}
