import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { limits } from '../../../../contract/api/limits.ts';
import { hasEnded, type SandboxRecord } from '../../../core/sandboxes/record.ts';
import { billedDays } from '../../../core/usage/billed-days.ts';
import type { UsageKind } from '../../../core/usage/ports.ts';
import { hasLabels, kindHash, usageKind, withoutLabels } from '../../../core/usage/usage-kind.ts';
import { translateError } from '../../translate-error.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import type { Writes } from '../transact.ts';

interface Sums {
  readonly sandboxes?: number;
  readonly seconds?: number;
  readonly micros?: number;
  readonly commands?: number;
}

const ttlOf = (day: string): number => Math.floor(Date.parse(day) / 1000) + limits.usageDays * 86_400;

/** Adds to a row of a day, which need not be there yet. */
export function usageWrite(TableName: string, day: string, kind: UsageKind, sums: Sums): Writes[number] {
  const { user_id, template, size, labels } = kind;
  const fields = Object.entries({ user_id, template, size, labels, ttl: ttlOf(day) });
  const added = Object.entries(sums);
  const named = [...fields, ...added];
  const set = fields.map((_, n) => `#${n} = :${n}`).join(', ');
  const add = added.map((_, n) => `#${n + fields.length} :${n + fields.length}`).join(', ');
  return {
    Update: {
      TableName,
      Key: keys.usage(day, user_id, kindHash(kind)),
      UpdateExpression: `SET ${set} ADD ${add}`,
      ExpressionAttributeNames: Object.fromEntries(named.map(([name], n) => [`#${n}`, name])),
      ExpressionAttributeValues: Object.fromEntries(named.map(([, value], n) => [`:${n}`, value])),
    },
  };
}

/**
 * The kind under which a use of this day counts: its own, or the one without labels where its user has too many already. Taking a
 * place twice takes one.
 */
export async function countedKind(table: Table, day: string, kind: UsageKind): Promise<UsageKind> {
  if (!hasLabels(kind)) return kind;
  const command = new UpdateCommand({
    TableName: table.name,
    Key: keys.usageLabels(day, kind.user_id),
    UpdateExpression: 'SET #ttl = :ttl ADD kinds :kinds',
    ConditionExpression: 'attribute_not_exists(kinds) OR contains(kinds, :kind) OR size(kinds) < :most',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: {
      ':ttl': ttlOf(day),
      ':kinds': new Set([kindHash(kind)]),
      ':kind': kindHash(kind),
      ':most': limits.usageLabelsPerDay,
    },
  });
  try {
    await table.documents.send(command);
    return kind;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return withoutLabels(kind);
    throw translateError('records', error);
  }
}

/** What an end adds to the use of each day that the machine ran; one with the end itself, so that it counts once. */
export async function usageWrites(table: Table, previous: SandboxRecord, next: SandboxRecord): Promise<Writes> {
  if (!hasEnded(next) || hasEnded(previous) || next.billed_from === null) return [];
  const days = billedDays(next.size, Date.parse(next.billed_from), Date.parse(next.ended_at));
  const last = days.at(-1);
  if (last === undefined) return [];
  const kind = await countedKind(table, last.day, usageKind(next));
  return days.map(({ day, seconds, micros }) =>
    usageWrite(table.name, day, kind, { seconds, micros, sandboxes: day === last.day ? 1 : 0 }),
  );
}
