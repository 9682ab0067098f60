import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { CommandRecords, EndedCommand } from '../../core/ports.ts';
import { translateError } from '../translate-error.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';
import type { Writes } from './transact.ts';

// A report holds up to 16 KB of output, and ids don't sort by time: lists read small items of their own, in the order of starting.
const Ended = z.object(OutcomeReport.shape).omit({ stdout: true, stderr: true, audit: true });

/** A command's place in lists; to be written with its report. */
export function endedWrite(TableName: string, sandboxId: string, report: OutcomeReport, ttl: number): Writes[number] {
  return { Put: { TableName, Item: { ...keys.ended(sandboxId, report), ended: Ended.parse(report), ttl } } };
}

/** A page of the commands of a sandbox that have ended, newest first. */
export async function listEnded(
  table: Table,
  sandboxId: string,
  { limit, after }: Parameters<CommandRecords['list']>[1],
): ReturnType<CommandRecords['list']> {
  const { pk, from, to } = keys.endedBefore(sandboxId, after);
  const command = new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
    ScanIndexForward: false,
    // The place itself, and one more to know whether there are.
    Limit: limit + 2,
    ConsistentRead: true,
  });
  const { Items = [] } = await table.documents.send(command).catch((error) => {
    throw translateError('records', error);
  });
  const all: readonly EndedCommand[] = Items.map((item) => Ended.parse(item['ended']));
  const commands = all.filter(({ command_id }) => command_id !== after?.command_id);
  return { commands: commands.slice(0, limit), isLast: commands.length <= limit };
}
