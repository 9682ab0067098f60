import { GetCommand, type GetCommandInput, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../contract/clock.ts';
import type { Created, Creation, SandboxRecords } from '../../../core/sandboxes/ports.ts';
import type { SandboxRecord } from '../../../core/sandboxes/record.ts';
import { translateError } from '../../translate-error.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed, unlessRefused } from '../records-failed.ts';
import { isRefused, transact } from '../transact.ts';
import { usageWrites } from '../use/usage-writes.ts';
import { creationWrites } from './create-writes.ts';
import { listRecords } from './list-records.ts';
import { replaceWrites } from './replace-writes.ts';
import { fromItem } from './sandbox-item.ts';

const touchEveryMs = 60_000;

/** The records of sandboxes in DynamoDB. Reads are consistent, but for lists. */
export function sandboxRecords(table: Table, clock: Clock): SandboxRecords {
  const read = async (Key: NonNullable<GetCommandInput['Key']>) => {
    const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
    return (await table.documents.send(command).catch(recordsFailed)).Item;
  };
  return {
    create: (creation) => create(table, clock, creation),
    get: async (sandboxId) => fromItem(await read(keys.record(sandboxId)), clock.now()),
    replace: async (previous, next, release) => {
      const followed = replaceWrites(table.name, previous, next, { release });
      return replace(table, clock, [...followed, ...(await usageWrites(table, previous, next))]);
    },
    touch: (record, at) => touch(table, record, at),
    environmentOf: async (sandboxId) => (await read(keys.environment(sandboxId)))?.['env'],
    sandboxOfTask: async (taskId) => (await read(keys.task(taskId)))?.['sandbox_id'],
    list: (query) => listRecords(table, query, clock.now()).catch(recordsFailed),
    countLive: async (userId) => (await read(keys.live(userId)))?.['sandbox_ids']?.size ?? 0,
  };
}

async function create(table: Table, clock: Clock, creation: Creation): Promise<Created> {
  const { writes, live, rate, claim } = creationWrites(table.name, creation, clock.now());
  const reasons = await transact(table, clock, writes);
  if (reasons === undefined) return { kind: 'created' };
  const first = claim < 0 ? undefined : reasons[claim]?.Item;
  // The claim rules: whoever asks again gets its sandbox, also when it has used up its quota.
  if (first !== undefined) return { kind: 'claimed', id: first['id']?.S ?? '', hash: first['hash']?.S ?? '' };
  if (isRefused(reasons, live)) return { kind: 'over_quota' };
  if (isRefused(reasons, rate)) return { kind: 'over_rate' };
  throw translateError('records', new Error(`${creation.record.sandbox_id} exists already`));
}

async function replace(table: Table, clock: Clock, writes: ReturnType<typeof replaceWrites>): Promise<boolean> {
  const [record, ...others] = writes;
  if (others.length > 0 || record?.Put === undefined) {
    const reasons = await transact(table, clock, writes);
    return reasons === undefined;
  }
  return await unlessRefused(table.documents.send(new PutCommand(record.Put)));
}

async function touch(table: Table, record: SandboxRecord, at: string): Promise<void> {
  const last = record.last_active_at;
  if (last !== null && Date.parse(at) - Date.parse(last) < touchEveryMs) return;
  const command = new UpdateCommand({
    TableName: table.name,
    Key: keys.record(record.sandbox_id),
    UpdateExpression: 'SET last_active_at = :at',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_type(last_active_at, :null) OR last_active_at < :at)',
    ExpressionAttributeValues: { ':at': at, ':null': 'NULL' },
  });
  await unlessRefused(table.documents.send(command));
}
