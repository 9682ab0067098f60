import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { formatTable, printable } from './table.ts';

const words = (value: unknown): string => {
  if (value === null || value === '') return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** A record as lines of name and value. */
export const describeRecord = (record: Sandbox): string =>
  formatTable(Object.entries(record).map(([name, value]) => [name, printable(words(value))]));
