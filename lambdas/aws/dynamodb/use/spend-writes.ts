import { limits } from '../../../../contract/api/limits.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../../../core/sandboxes/record.ts';
import { billedDays, dayOf } from '../../../core/usage/billed-days.ts';
import { keys } from '../keys.ts';
import type { Writes } from '../transact.ts';
import { runningParts } from './spend-items.ts';

type Sums = Readonly<Record<string, number>>;

/** What is added to the item of one day and one shard. */
export interface Addition {
  /** By which its shard is found. */
  readonly id: string;
  readonly day: string;
  readonly sums: Sums;
}

/** Adds to an item of a day, which need not be there yet. */
function write(TableName: string, { id, day, sums }: Addition): Writes[number] {
  const entries = Object.entries(sums);
  const ttl = Math.floor(Date.parse(day) / 1000) + limits.usageDays * 86_400;
  return {
    Update: {
      TableName,
      Key: keys.spend(day, id),
      UpdateExpression: `SET #day = :day, #ttl = :ttl ADD ${entries.map((_, n) => `#${n} :${n}`).join(', ')}`,
      ExpressionAttributeNames: {
        '#day': 'day',
        '#ttl': 'ttl',
        ...Object.fromEntries(entries.map(([name], n) => [`#${n}`, name])),
      },
      ExpressionAttributeValues: {
        ':day': day,
        ':ttl': ttl,
        ...Object.fromEntries(entries.map(([, value], n) => [`:${n}`, value])),
      },
    },
  };
}

const sumOf = (one: Sums, other: Sums): Sums =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((name) => [
      name,
      (one[name] ?? 0) + (other[name] ?? 0),
    ]),
  );

/** The writes of some additions: a transaction takes no two of one item. */
export function additionWrites(TableName: string, additions: readonly Addition[]): Writes {
  const byItem = new Map<string, Addition>();
  for (const addition of additions) {
    const item = keys.spend(addition.day, addition.id).sk;
    const known = byItem.get(item);
    byItem.set(item, known ? { ...known, sums: sumOf(known.sums, addition.sums) } : addition);
  }
  return [...byItem.values()].map((addition) => write(TableName, addition));
}

/** A machine begins to cost. */
export const spendBegins = (id: string, size: SandboxRecord['size'], launchedAt: string): Addition => ({
  id,
  day: dayOf(Date.parse(launchedAt)),
  sums: runningParts(size, Date.parse(launchedAt)),
});

/** A machine has cost. */
export function spendEnds(
  id: string,
  size: SandboxRecord['size'],
  { from, until }: { readonly from: string; readonly until: string },
): readonly Addition[] {
  const launchedMs = Date.parse(from);
  const day = dayOf(launchedMs);
  const { running, rate, credit } = runningParts(size, launchedMs);
  const gone = { running: -running, rate: -rate, credit: -credit };
  const last = billedDays(size, launchedMs, Date.parse(until)).at(-1) ?? { day, micros: 0 };
  return [
    { id, day, sums: gone },
    { id, day: last.day, sums: { ended: last.micros } },
  ];
}

/** What a change of a record means for what the deployment spends: a machine begins to cost, or has cost. */
export function spendAdditions(previous: SandboxRecord, next: SandboxRecord): readonly Addition[] {
  const before = taskOf(previous);
  const after = taskOf(next);
  const id = next.sandbox_id;
  if (before === undefined && after !== undefined) return [spendBegins(id, next.size, after.launched_at)];
  if (before === undefined || !hasEnded(next)) return [];
  return spendEnds(id, previous.size, { from: before.launched_at, until: next.ended_at });
}

/** The writes of that. */
export const spendWrites = (TableName: string, previous: SandboxRecord, next: SandboxRecord): Writes =>
  additionWrites(TableName, spendAdditions(previous, next));
