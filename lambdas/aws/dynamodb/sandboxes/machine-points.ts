import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { MachineFigures } from '../../../../contract/api/agent-reports.ts';
import { Timestamp } from '../../../../contract/api/identifiers.ts';
import type { MachinePoints } from '../../../core/usage/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';

const Point = z.object({ ...MachineFigures.shape, at: Timestamp, running_commands: z.number() });
const keptSeconds = 2 * 3600;

/** The figures of machines in DynamoDB: an item a minute, which leaves by its time to live. */
export function machinePoints(table: Table): MachinePoints {
  return {
    add: async (sandboxId, point) => {
      const ttl = Math.floor(Date.parse(point.at) / 1000) + keptSeconds;
      const Item = { ...keys.point(sandboxId, point.at), ...point, ttl };
      await table.documents.send(new PutCommand({ TableName: table.name, Item })).catch(recordsFailed);
    },
    since: async (sandboxId, at) => {
      const { pk, sk } = keys.point(sandboxId, at);
      const command = new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': sk, ':to': 'POINT#~' },
      });
      const { Items = [] } = await table.documents.send(command).catch(recordsFailed);
      return Items.map((item) => Point.parse(item));
    },
  };
}
