import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import type { CommandRecords } from '../../../core/commands/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';
import type { Writes } from '../transact.ts';

// A report holds up to 16 KB of output, and ids don't sort by time: lists read small items of their own, in the order of starting.
/** What the table keeps of a command for lists. */
export const KeptCommand = z.object(OutcomeReport.shape).omit({ stdout: true, stderr: true, audit: true });
type KeptCommand = z.output<typeof KeptCommand>;

/** A command's place in lists; to be written with its report. It takes the place of what was known from the command's start. */
export function placeWrite(TableName: string, sandboxId: string, command: KeptCommand, ttl: number) {
  return { Put: { TableName, Item: { ...keys.listed(sandboxId, command), command: KeptCommand.parse(command), ttl } } };
}

/** What is known of a command from its start, by its id and in lists; all of it or, where it was reported before, nothing. */
export function startWrites(TableName: string, sandboxId: string, started: KeptCommand, ttl: number): Writes {
  const ConditionExpression = 'attribute_not_exists(pk)';
  const { Put } = placeWrite(TableName, sandboxId, started, ttl);
  const Item = { ...keys.outcome(sandboxId, started.command_id), started: KeptCommand.parse(started), ttl };
  return [{ Put: { TableName, Item, ConditionExpression } }, { Put: { ...Put, ConditionExpression } }];
}

/** A page of the commands of a sandbox that have ended or were started by themselves, newest first. */
export async function listPlaces(
  table: Table,
  sandboxId: string,
  { limit, after }: Parameters<CommandRecords['list']>[1],
): ReturnType<CommandRecords['list']> {
  const { pk, from, to } = keys.listedBefore(sandboxId, after);
  const command = new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
    ScanIndexForward: false,
    // The place itself, and one more to know whether there are.
    Limit: limit + 2,
    ConsistentRead: true,
  });
  const { Items = [] } = await table.documents.send(command).catch(recordsFailed);
  const all: readonly KeptCommand[] = Items.map((item) => KeptCommand.parse(item['command']));
  const commands = all.filter(({ command_id }) => command_id !== after?.command_id);
  return { commands: commands.slice(0, limit), isLast: commands.length <= limit };
}
