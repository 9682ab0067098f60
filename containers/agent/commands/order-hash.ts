import { createHash } from 'node:crypto';
import type { StartCommand } from '../../../contract/agent/commands.ts';

/** SHA-256 of what an order asks for, the same however its environment is sorted. The order has come through its schema. */
export function orderHash({ command_id: _, env, user = 'agent', ...rest }: StartCommand): string {
  const sorted = Object.entries(env).sort(([left], [right]) => (left < right ? -1 : 1));
  const asked = Object.entries({ ...rest, user, env: sorted }).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64');
}
