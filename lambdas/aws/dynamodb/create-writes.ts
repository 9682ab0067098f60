import type { Creation } from '../../core/ports.ts';
import { keys } from './keys.ts';
import { toItem } from './sandbox-item.ts';
import type { Writes } from './transact.ts';

/** Where in a creation's writes each of its conditions is. */
export interface CreationWrites {
  readonly writes: Writes;
  readonly live: number;
  /** -1 without a claim. */
  readonly claim: number;
}

/** Everything that is written when a sandbox is created, as one. */
export function creationWrites(TableName: string, creation: Creation, nowMs: number): CreationWrites {
  const { record, env, claim, quota } = creation;
  const writes: Writes = [
    { Put: { TableName, Item: toItem(record), ConditionExpression: 'attribute_not_exists(pk)' } },
    {
      Update: {
        TableName,
        Key: keys.live(record.user_id),
        UpdateExpression: 'ADD sandbox_ids :id',
        ConditionExpression: 'attribute_not_exists(sandbox_ids) OR size(sandbox_ids) < :quota',
        ExpressionAttributeValues: { ':id': new Set([record.sandbox_id]), ':quota': quota },
      },
    },
  ];
  if (Object.keys(env).length > 0)
    writes.push({ Put: { TableName, Item: { ...keys.environment(record.sandbox_id), env } } });
  if (claim === undefined) return { writes, live: 1, claim: -1 };
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
  return { writes, live: 1, claim: writes.length - 1 };
}
