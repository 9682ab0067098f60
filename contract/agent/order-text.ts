import type { StartCommand } from './commands.ts';

const sorted = (record: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));

/** What an order asks for, whatever its id, in one text: the same however its fields are sorted. The order has come through its schema. */
export function orderText({ command_id: _, env, user = 'agent', ...rest }: StartCommand): string {
  return JSON.stringify(sorted({ ...rest, user, env: sorted(env) }));
}
