import { createHash } from 'node:crypto';
import type { StartCommand } from '../../../../contract/agent/commands.ts';
import { orderText } from '../../../../contract/agent/order-text.ts';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';

/** Throws `idempotency_conflict` where the command that ended under this id was another one; its agent says so while it runs. */
export function assertSameOrder({ command_id, order_hash }: OutcomeReport, order: StartCommand): void {
  if (order_hash === undefined) return;
  if (order_hash === createHash('sha256').update(orderText(order)).digest('base64')) return;
  throw new SandboxError('idempotency_conflict', `${command_id} was started by another order`, {
    details: { field: 'command_id', value: command_id, rule: 'expected the order it was first given' },
  });
}
