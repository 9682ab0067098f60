import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { limits } from '../../../../contract/api/limits.ts';
import { sizes } from '../../../../contract/api/sandboxes/sizes.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { PoolMember, PoolMembers } from '../../../core/pool/ports.ts';
import { isoTime } from '../../../core/time.ts';
import type { Table } from '../document-client.ts';
import { recordsFailed, unlessRefused } from '../records-failed.ts';
import { replaceWrites } from '../sandboxes/replace-writes.ts';
import { transact, type Writes } from '../transact.ts';
import { type Addition, additionWrites, spendAdditions, spendBegins, spendEnds } from '../use/spend-writes.ts';
import { memberItem, memberOf, poolKeys } from './pool-items.ts';

// The way from a task to its pool is of no use once the task has gone.
const taskDays = 14;

const sizeOf = ({ size }: PoolMember) => ({ name: size, ...sizes[size], disk_gb: limits.diskGb.default });

/** It counts as a sandbox's once it is one's. */
const idle = ({ sums: { running: _, ...sums }, ...addition }: Addition): Addition => ({ ...addition, sums });

const itsEnd = (member: PoolMember, nowMs: number): readonly Addition[] =>
  member.task === null
    ? []
    : spendEnds(member.member_id, sizeOf(member), { from: member.task.launched_at, until: isoTime(nowMs) }).map(idle);

/** On condition that the place is still this member's. */
const ifThere = ({ member_id }: PoolMember) => ({
  ConditionExpression: 'member_id = :member',
  ExpressionAttributeValues: { ':member': member_id },
});

/** The machines that wait, in DynamoDB: an item for each place of a pool. Reads are consistent, but for `of`. */
export function poolRecords(table: Table, clock: Clock): PoolMembers {
  const { documents, name: TableName } = table;
  const query = async (prefix: string, ConsistentRead: boolean) => {
    const command = new QueryCommand({
      TableName,
      ConsistentRead,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': poolKeys.pk, ':prefix': prefix },
    });
    // All of them fit on a page: limits.pool says how many there can be.
    const { Items = [] } = await documents.send(command).catch(recordsFailed);
    return Items.flatMap((item) => memberOf(item) ?? []);
  };
  const read = async (Key: Record<string, unknown>) =>
    (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true })).catch(recordsFailed)).Item;
  const isWritten = async (writes: Writes) => (await transact(table, clock, writes)) === undefined;
  const Delete = (member: PoolMember) => ({ TableName, Key: poolKeys.member(member), ...ifThere(member) });
  return {
    all: () => query('', true),
    of: (pool) => query(poolKeys.prefix(pool), false),
    ofTask: async (taskId) => {
      const way = await read(poolKeys.task(taskId));
      const member = way && memberOf(await read({ pk: poolKeys.pk, sk: way['place'] }));
      return member?.task?.id === taskId ? member : undefined;
    },
    add: (member) =>
      unlessRefused(
        documents.send(
          new PutCommand({ TableName, Item: memberItem(member), ConditionExpression: 'attribute_not_exists(pk)' }),
        ),
      ),
    noteTask: (member, task) => {
      const { ConditionExpression, ExpressionAttributeValues } = ifThere(member);
      const ttl = Math.floor(clock.now() / 1000) + taskDays * 86_400;
      return isWritten([
        {
          Update: {
            TableName,
            Key: poolKeys.member(member),
            UpdateExpression: 'SET #task = :task',
            ConditionExpression: `${ConditionExpression} AND attribute_type(#task, :null)`,
            ExpressionAttributeNames: { '#task': 'task' },
            ExpressionAttributeValues: { ...ExpressionAttributeValues, ':task': task, ':null': 'NULL' },
          },
        },
        { Put: { TableName, Item: { ...poolKeys.task(task.id), place: poolKeys.member(member).sk, ttl } } },
        ...additionWrites(TableName, [idle(spendBegins(member.member_id, sizeOf(member), task.launched_at))]),
      ]);
    },
    noteAgent: (member, agent) => {
      const { ConditionExpression, ExpressionAttributeValues } = ifThere(member);
      return unlessRefused(
        documents.send(
          new UpdateCommand({
            TableName,
            Key: poolKeys.member(member),
            UpdateExpression: 'SET #agent = :agent',
            ConditionExpression: `${ConditionExpression} AND attribute_type(#agent, :null)`,
            ExpressionAttributeNames: { '#agent': 'agent' },
            ExpressionAttributeValues: { ...ExpressionAttributeValues, ':agent': agent, ':null': 'NULL' },
          }),
        ),
      );
    },
    handOver: (member, previous, next) =>
      isWritten([
        ...replaceWrites(TableName, previous, next, { spend: false }),
        { Delete: Delete(member) },
        ...additionWrites(TableName, [...itsEnd(member, clock.now()), ...spendAdditions(previous, next)]),
      ]),
    remove: (member) =>
      isWritten([{ Delete: Delete(member) }, ...additionWrites(TableName, itsEnd(member, clock.now()))]),
  };
}
