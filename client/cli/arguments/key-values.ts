import { UsageError } from '../usage-error.ts';

/** `['A=1', 'B=x=y']` as a record; undefined when there is none. The value may hold `=` and may be empty. */
export function parseKeyValues(flag: string, pairs: readonly string[]): Record<string, string> | undefined {
  if (pairs.length === 0) return undefined;
  const entries = pairs.map((pair) => {
    const mark = pair.indexOf('=');
    // The pair itself may be a secret, so only its beginning is shown.
    if (mark < 1) throw new UsageError(`--${flag} is "${pair.slice(0, 10)}…", expected NAME=VALUE`);
    return [pair.slice(0, mark), pair.slice(mark + 1)] as const;
  });
  return Object.fromEntries(entries);
}
