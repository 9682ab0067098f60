import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { userOf } from '../caller.ts';
import type { Answer, Call } from '../operation.ts';
import { dayOf } from './billed-days.ts';
import { groupOf } from './group-of.ts';
import type { UsageRecords, UsageRow } from './ports.ts';
import { UsageSums } from './usage-sums.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
// Days are read beside each other. Everybody's rows of a day can be tens of thousands, and all that are read at once are in memory.
const daysAtOnce = (userId: string | undefined): number => (userId === undefined ? 2 : 16);

/** Whose use it is: the one named, a person's own, everybody's for an operator. */
function askedUser({ caller, query }: Call<'getUsage'>): string | undefined {
  if (query.user_id === undefined && caller.kind === 'person' && caller.admin) return undefined;
  return userOf(caller, query.user_id);
}

/** The days asked for, oldest first. Throws `invalid_request` when they run backwards or are too many. */
function askedDays(query: Call<'getUsage'>['query'], userId: string | undefined, nowMs: number): readonly string[] {
  const to = query.to ?? dayOf(nowMs);
  const from = query.from ?? dayOf(Date.parse(to) - (defaultDays - 1) * dayMs);
  const count = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  const most = userId === undefined ? limits.usageDaysOfAll : limits.usageDays;
  if (count >= 1 && count <= most) return Array.from({ length: count }, (_, n) => dayOf(Date.parse(from) + n * dayMs));
  const rule =
    count < 1 ? `expected a day not after ${to}` : `expected at most ${most} days${userId ? '' : ', or a user_id'}`;
  throw new SandboxError('invalid_request', `query.from is ${from}, ${rule}`, {
    details: { field: 'query.from', value: from, rule },
  });
}

/** What sandboxes that have ended used: by day, user, template, size or a label. Throws `forbidden`, `invalid_request`. */
export async function getUsage(
  { usage, clock }: { readonly usage: UsageRecords; readonly clock: Clock },
  call: Call<'getUsage'>,
): Promise<Answer<'getUsage'>> {
  const userId = askedUser(call);
  const days = askedDays(call.query, userId, clock.now());
  const groups = new Map<string | null, UsageSums>();
  const total = new UsageSums();
  const addRow = (day: string, row: UsageRow) => {
    const key = groupOf(call.query.group_by, day, row);
    const group = groups.get(key) ?? new UsageSums();
    groups.set(key, group.add(row));
    total.add(row);
  };
  const together = daysAtOnce(userId);
  for (let from = 0; from < days.length; from += together) {
    const some = days.slice(from, from + together);
    const read = await Promise.all(some.map((day) => usage.ofDay(day, userId)));
    for (const [index, rows] of read.entries()) for (const row of rows) addRow(some[index] ?? '', row);
  }
  const rows = [...groups].map(([key, group]) => ({ key, ...group.shown }));
  rows.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
  return {
    status: 200,
    body: {
      user_id: userId ?? null,
      from: days[0] ?? '',
      to: days.at(-1) ?? '',
      group_by: call.query.group_by,
      rows,
      total: total.shown,
    },
  };
}
