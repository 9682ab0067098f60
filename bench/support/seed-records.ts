import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../lambdas/aws/dynamodb/document-client.ts';
import { toItem } from '../../lambdas/aws/dynamodb/sandboxes/sandbox-item.ts';
import { newId } from '../../lambdas/core/ids.ts';
import type { ReadyRecord } from '../../lambdas/core/sandboxes/record.ts';
import { isoTime } from '../../lambdas/core/time.ts';
import { creatingRecord } from '../../test/support/stack/records.ts';

/** How many sandboxes each user has. */
export const perUser = 10;
const batchSize = 25;
const batchesAtOnce = 8;

/** The n-th sandbox: ready, and due at this time. */
export function readyRecord(n: number, nowMs: number, dueMs: number): ReadyRecord {
  const sandboxId = newId('sbx', nowMs - 3_600_000 + n);
  return {
    ...creatingRecord(nowMs - 3_600_000, {
      sandbox_id: sandboxId,
      user_id: `user-${Math.floor(n / perUser)}`,
      created_by: 'bench',
      version: 3,
      generation: 1,
      expires_at: isoTime(dueMs),
      labels: { team: 'red' },
    }),
    status: 'ready',
    task: { arn: `arn:${sandboxId}`, id: sandboxId, launched_at: isoTime(nowMs - 3_590_000), event_version: 1 },
    agent: { channel_key: Buffer.alloc(32).toString('base64'), session_limit: 8, version: '1' },
    ready_at: isoTime(nowMs - 3_580_000),
    revoked_grants: [],
  };
}

/** Writes records as they are, many at once. */
export async function seedRecords({ documents, name }: Table, records: readonly ReadyRecord[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(records.length / batchSize) }, (_, n) =>
    records.slice(n * batchSize, (n + 1) * batchSize),
  );
  const write = async (batch: readonly ReadyRecord[]) => {
    const requests = batch.map((record) => ({ PutRequest: { Item: toItem(record) } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [name]: requests } }));
  };
  for (let n = 0; n < batches.length; n += batchesAtOnce)
    await Promise.all(batches.slice(n, n + batchesAtOnce).map(write));
}
