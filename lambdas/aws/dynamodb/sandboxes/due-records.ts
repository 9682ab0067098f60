import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../contract/clock.ts';
import type { DueRecords } from '../../../core/reaper/ports.ts';
import type { SandboxRecord } from '../../../core/sandboxes/record.ts';
import { isoTime } from '../../../core/time.ts';
import type { Table } from '../document-client.ts';
import { dueShards, keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';
import { fromItem } from './sandbox-item.ts';

type StartKey = NonNullable<QueryCommandInput['ExclusiveStartKey']>;

interface ShardPage {
  readonly items: readonly SandboxRecord[];
  readonly last: StartKey | undefined;
}

const perShard = 25;
const livePage = 100;
const shards = Array.from({ length: dueShards }, (_, shard) => shard);

// What no due time is beyond.
const endOfTime = '~';

/** Records by when they are due, from the index that has only those. */
export function dueRecords(table: Table, clock: Clock): DueRecords {
  const read = async (shard: number, until: string, Limit: number, after?: StartKey): Promise<ShardPage> => {
    const command = new QueryCommand({
      TableName: table.name,
      IndexName: 'by-due',
      KeyConditionExpression: 'due_pk = :shard AND due_sk < :until',
      ExpressionAttributeValues: { ':shard': keys.dueShard(shard), ':until': until },
      Limit,
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    });
    const { Items = [], LastEvaluatedKey: last } = await table.documents.send(command).catch(recordsFailed);
    return { items: Items.flatMap((item) => fromItem(item, clock.now()) ?? []), last };
  };
  return {
    due: (untilMs) => duePages((shard, after) => read(shard, isoTime(untilMs), perShard, after)),
    live: (after) => livePageAfter((shard, limit, start) => read(shard, endOfTime, limit, start), after),
  };
}

/** Some of every shard in each page, so that none waits for another's end. */
async function* duePages(
  read: (shard: number, after: StartKey | undefined) => Promise<ShardPage>,
): AsyncGenerator<readonly SandboxRecord[]> {
  let open = shards.map((shard): { shard: number; after: StartKey | undefined } => ({ shard, after: undefined }));
  while (open.length > 0) {
    const pages = await Promise.all(open.map(({ shard, after }) => read(shard, after)));
    const records = pages.flatMap(({ items }) => items);
    if (records.length > 0) yield records;
    open = open.flatMap(({ shard }, n) => {
      const after = pages[n]?.last;
      return after === undefined ? [] : [{ shard, after }];
    });
  }
}

/** Shard after shard until a page is full. The cursor is a shard and where in it to go on. */
async function livePageAfter(
  read: (shard: number, limit: number, start: StartKey | undefined) => Promise<ShardPage>,
  cursor: string | undefined,
) {
  let [shard, start] = cursor === undefined ? [0, undefined] : readCursor(cursor);
  const records: SandboxRecord[] = [];
  while (shard < dueShards && records.length < livePage) {
    const { items, last } = await read(shard, livePage - records.length, start);
    records.push(...items);
    start = last;
    if (last === undefined) shard += 1;
  }
  return { records, next: shard < dueShards ? JSON.stringify([shard, start ?? null]) : undefined };
}

// Written by us alone, and read by nobody else.
function readCursor(cursor: string): [number, StartKey | undefined] {
  const [shard, start] = JSON.parse(cursor) as [number, StartKey | null];
  return [shard, start ?? undefined];
}
