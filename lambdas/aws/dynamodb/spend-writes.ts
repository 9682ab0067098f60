import { limits } from '../../../contract/api/limits.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../../core/sandboxes/record.ts';
import { billedDays, dayOf } from '../../core/usage/billed-days.ts';
import { keys } from './keys.ts';
import { runningParts } from './spend-items.ts';
import type { Writes } from './transact.ts';

type Sums = Readonly<Record<string, number>>;

/** Adds to an item of a day, which need not be there yet. */
function addition(TableName: string, sandboxId: string, day: string, sums: Sums): Writes[number] {
  const entries = Object.entries(sums);
  const ttl = Math.floor(Date.parse(day) / 1000) + limits.usageDays * 86_400;
  return {
    Update: {
      TableName,
      Key: keys.spend(day, sandboxId),
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

/** What a change of a record means for what the deployment spends: a machine begins to cost, or has cost. */
export function spendWrites(TableName: string, previous: SandboxRecord, next: SandboxRecord): Writes {
  const before = taskOf(previous);
  const after = taskOf(next);
  const id = next.sandbox_id;
  if (before === undefined && after !== undefined) {
    const launchedMs = Date.parse(after.launched_at);
    return [addition(TableName, id, dayOf(launchedMs), runningParts(next.size, launchedMs))];
  }
  if (before === undefined || !hasEnded(next)) return [];
  const launchedMs = Date.parse(before.launched_at);
  const launchDay = dayOf(launchedMs);
  const { running, rate, credit } = runningParts(previous.size, launchedMs);
  const gone = { running: -running, rate: -rate, credit: -credit };
  const last = billedDays(previous.size, launchedMs, Date.parse(next.ended_at)).at(-1) ?? { day: launchDay, micros: 0 };
  if (last.day === launchDay) return [addition(TableName, id, launchDay, { ...gone, ended: last.micros })];
  return [addition(TableName, id, launchDay, gone), addition(TableName, id, last.day, { ended: last.micros })];
}
