import type { Claim } from '../../../core/claim.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../../../core/sandboxes/record.ts';
import { keys } from '../keys.ts';
import type { Writes } from '../transact.ts';
import { spendWrites } from '../use/spend-writes.ts';
import { endOfRecord, toItem } from './sandbox-item.ts';

/** The write of the record itself: only on top of the version that was read. */
const recordWrite = (TableName: string, previous: SandboxRecord, next: SandboxRecord) => ({
  TableName,
  Item: toItem(next),
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': previous.version },
});

function taskWrites(TableName: string, previous: SandboxRecord, next: SandboxRecord): Writes {
  const before = taskOf(previous);
  const after = taskOf(next);
  const task = after ?? before;
  if (task === undefined || (before !== undefined && after !== undefined)) return [];
  // Kept as long as the record, so that a task that reports late still finds its sandbox.
  const Item = { ...keys.task(task.id), sandbox_id: next.sandbox_id, ttl: endOfRecord(next) };
  return [{ Put: { TableName, Item } }];
}

const isDelivered = (record: SandboxRecord): boolean => record.status === 'ready' || hasEnded(record);

interface ReplaceOptions {
  readonly release?: Pick<Claim, 'scope' | 'key'> | undefined;
  /** False where what it means for the deployment's spend is written elsewhere. @default true */
  readonly spend?: boolean;
}

/** A record in the place of another, and everything that follows from the change. The record's write comes first. */
export function replaceWrites(
  TableName: string,
  previous: SandboxRecord,
  next: SandboxRecord,
  { release, spend = true }: ReplaceOptions = {},
): Writes {
  const writes: Writes = [{ Put: recordWrite(TableName, previous, next) }, ...taskWrites(TableName, previous, next)];
  if (isDelivered(next) && !isDelivered(previous))
    writes.push({ Delete: { TableName, Key: keys.environment(next.sandbox_id) } });
  if (hasEnded(next) && !hasEnded(previous))
    writes.push({
      Update: {
        TableName,
        Key: keys.live(next.user_id),
        UpdateExpression: 'DELETE sandbox_ids :id',
        ExpressionAttributeValues: { ':id': new Set([next.sandbox_id]) },
      },
    });
  if (spend) writes.push(...spendWrites(TableName, previous, next));
  if (release !== undefined && hasEnded(next)) writes.push({ Delete: { TableName, Key: keys.claim(release) } });
  return writes;
}
