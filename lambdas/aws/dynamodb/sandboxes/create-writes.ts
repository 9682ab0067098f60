import type { Creation } from '../../../core/sandboxes/ports.ts';
import { keys } from '../keys.ts';
import type { Writes } from '../transact.ts';
import { countedOn } from '../use/rate-windows.ts';
import { toItem } from './sandbox-item.ts';

/** Where in a creation's writes each of its conditions is. */
export interface CreationWrites {
  readonly writes: Writes;
  readonly live: number;
  /** -1 without a bound. */
  readonly rate: number;
  /** -1 without a claim. */
  readonly claim: number;
}

/** Everything that is written when a sandbox is created, as one. */
export function creationWrites(TableName: string, creation: Creation, nowMs: number): CreationWrites {
  const { record, env, claim, quota, rate } = creation;
  const writes: Writes = [
    { Put: { TableName, Item: toItem(record), ConditionExpression: 'attribute_not_exists(pk)' } },
    {
      Update: {
        TableName,
        Key: keys.live(record.user_id),
        UpdateExpression: 'ADD sandbox_ids :id',
        ConditionExpression: unlessFull('sandbox_ids', 'size(sandbox_ids) < :quota', quota),
        ExpressionAttributeValues: { ':id': new Set([record.sandbox_id]), ':quota': quota },
      },
    },
  ];
  if (rate !== undefined) writes.push(rateWrite(TableName, record.user_id, rate));
  const places = { writes, live: 1, rate: rate === undefined ? -1 : writes.length - 1 };
  if (Object.keys(env).length > 0)
    writes.push({ Put: { TableName, Item: { ...keys.environment(record.sandbox_id), env } } });
  if (claim === undefined) return { ...places, claim: -1 };
  writes.push({
    Put: {
      TableName,
      Item: { ...keys.claim(claim), id: record.sandbox_id, hash: claim.hash, ttl: claim.until },
      ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': Math.floor(nowMs / 1000) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  });
  return { ...places, claim: writes.length - 1 };
}

/** What isn't there yet has room, unless there is to be none. */
const unlessFull = (attribute: string, hasRoom: string, most: number): string =>
  most > 0 ? `attribute_not_exists(${attribute}) OR ${hasRoom}` : hasRoom;

/** Counts the creation in its minute, unless that is full. */
function rateWrite(TableName: string, userId: string, rate: NonNullable<Creation['rate']>): Writes[number] {
  const { ExpressionAttributeValues, ...counted } = countedOn(rate.minuteMs, 1);
  return {
    Update: {
      TableName,
      Key: keys.rate(userId, 'creates', rate.minuteMs),
      ...counted,
      ConditionExpression: unlessFull('#count', '#count < :limit', rate.limit),
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':limit': rate.limit },
    },
  };
}
