import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { Claim } from '../../../core/claim.ts';
import type { CommandRecords } from '../../../core/commands/ports.ts';
import { translateError } from '../../translate-error.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';
import { transact } from '../transact.ts';
import { KeptCommand, listPlaces, startWrites } from './command-places.ts';

type Taken = { readonly id: string; readonly hash: string };

/** What is kept of commands in DynamoDB: keys that name one, and how they ended. */
export function commandRecords(table: Table, clock: Clock): CommandRecords {
  const read = async (sandboxId: string, commandId: string) => {
    const Key = keys.outcome(sandboxId, commandId);
    const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
    const { Item } = await table.documents.send(command).catch(recordsFailed);
    return Item;
  };
  return {
    claim: (claim, commandId) => take(table, clock, claim, commandId),
    outcomeOf: async (sandboxId, commandId) => {
      const report = (await read(sandboxId, commandId))?.['report'];
      return report === undefined ? undefined : OutcomeReport.parse(report);
    },
    addStarted: async (sandboxId, started, until) => {
      await transact(table, clock, startWrites(table.name, sandboxId, started, until));
    },
    startedOf: async (sandboxId, commandId) => {
      const started = (await read(sandboxId, commandId))?.['started'];
      return started === undefined ? undefined : KeptCommand.parse(started);
    },
    list: (sandboxId, page) => listPlaces(table, sandboxId, page),
  };
}

/** Undefined when it was written, else the refused item's fields in DynamoDB's form. */
async function put(table: Table, write: Omit<ConstructorParameters<typeof PutCommand>[0], 'TableName'>) {
  try {
    const all = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    await table.documents.send(new PutCommand({ TableName: table.name, ...all, ...write }));
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item ?? {};
    throw translateError('records', error);
  }
}

async function take(table: Table, clock: Clock, claim: Claim, commandId: string): Promise<Taken> {
  const present = await put(table, {
    Item: { ...keys.claim(claim), id: commandId, hash: claim.hash, ttl: claim.until },
    ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':now': Math.floor(clock.now() / 1000) },
  });
  if (present === undefined) return { id: commandId, hash: claim.hash };
  return { id: textOf(present, 'id'), hash: textOf(present, 'hash') };
}

/** A refused item comes as the wire has it, or as plain values: the document client leaves some errors as they are. */
function textOf(item: Readonly<Record<string, unknown>>, name: string): string {
  const value = item[name];
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'S' in value ? String(value.S) : '';
}
