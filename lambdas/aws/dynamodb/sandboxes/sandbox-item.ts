import { limits } from '../../../../contract/api/limits.ts';
import { dueAt } from '../../../core/sandboxes/life/due.ts';
import { hasEnded, SandboxRecord } from '../../../core/sandboxes/record.ts';
import { keys } from '../keys.ts';

type Item = Record<string, unknown>;

function due(record: SandboxRecord): Item {
  const at = dueAt(record);
  return at === undefined ? {} : keys.due(at, record.sandbox_id);
}

/** Epoch seconds when an ended record may go. */
export const endOfRecord = (record: SandboxRecord): number | undefined =>
  hasEnded(record) ? Math.floor(Date.parse(record.ended_at) / 1000) + limits.endedRecordDays * 86_400 : undefined;

// As text: a table's numbers, depth and names have bounds that JSON doesn't.
const resultItem = (record: SandboxRecord): Item =>
  'result' in record && record.result !== null ? { result: JSON.stringify(record.result) } : {};

/** A record as the table holds it, with the keys of its indexes. */
export const toItem = (record: SandboxRecord): Item => ({
  ...keys.record(record.sandbox_id),
  ...record,
  ...resultItem(record),
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
  const { result } = item;
  return SandboxRecord.parse(typeof result === 'string' ? { ...item, result: JSON.parse(result) } : item);
}
