import type { UsageRow } from './ports.ts';

const label = 'label.';

/** Where a row belongs, as `group_by` says; null for one without the label asked for. */
export function groupOf(groupBy: string, day: string, row: UsageRow): string | null {
  if (groupBy === 'day') return day;
  if (groupBy === 'user') return row.user_id;
  if (groupBy === 'template') return row.template;
  if (groupBy === 'size') return row.size;
  const key = groupBy.slice(label.length);
  return Object.hasOwn(row.labels, key) ? (row.labels[key] ?? null) : null;
}
