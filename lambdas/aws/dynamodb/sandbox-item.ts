import { limits } from '../../../contract/api/limits.ts';
import { hasEnded, SandboxRecord } from '../../core/sandboxes/record.ts';
import { isoAfter } from '../../core/time.ts';
import { keys } from './keys.ts';

type Item = Record<string, unknown>;

const dueShards = 8;
// A launch without an answer for so long needs somebody to look at it.
const launchSeconds = 600;

function shardOf(sandboxId: string): number {
  const last = sandboxId.charCodeAt(sandboxId.length - 1);
  return last % dueShards;
}

function due(record: SandboxRecord): Item {
  if (hasEnded(record)) return {};
  const at = record.status === 'creating' ? isoAfter(Date.parse(record.created_at), launchSeconds) : record.expires_at;
  return { due_pk: `DUE#${shardOf(record.sandbox_id)}`, due_sk: `${at}#${record.sandbox_id}` };
}

/** Epoch seconds when an ended record may go. */
export const endOfRecord = (record: SandboxRecord): number | undefined =>
  hasEnded(record) ? Math.floor(Date.parse(record.ended_at) / 1000) + limits.endedRecordDays * 86_400 : undefined;

/** A record as the table holds it, with the keys of its indexes. */
export const toItem = (record: SandboxRecord): Item => ({
  ...keys.record(record.sandbox_id),
  ...record,
  user_pk: `USER#${record.user_id}`,
  user_sk: record.sandbox_id,
  status_pk: `STATUS#${record.status}`,
  status_sk: record.sandbox_id,
  ...due(record),
  ttl: endOfRecord(record),
});

/** The record in an item; undefined once its time to live is over, which DynamoDB itself may notice days later. */
export function fromItem(item: Item | undefined, nowMs: number): SandboxRecord | undefined {
  if (item === undefined) return undefined;
  const { ttl } = item;
  if (typeof ttl === 'number' && ttl * 1000 <= nowMs) return undefined;
  return SandboxRecord.parse(item);
}
