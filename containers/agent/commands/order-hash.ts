import { createHash } from 'node:crypto';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { orderText } from '../../../contract/agent/order-text.ts';

/** SHA-256 of what an order asks for, in base64. */
export const orderHash = (order: StartCommand): string =>
  createHash('sha256').update(orderText(order)).digest('base64');
