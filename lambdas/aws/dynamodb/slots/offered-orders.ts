import { DeleteCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../contract/clock.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed, unlessRefused } from '../records-failed.ts';
import { forsakenMs } from './slot-line.ts';

/**
 * `open` to whoever has a channel; `picked` by one, who is about to send it; `started`, so the agent has it; `own`: whoever waits
 * has to send it itself.
 */
export type OfferState = 'open' | 'picked' | 'started' | 'own';

/** Orders that wait in the line with their place, for others to send by the channels that they have. */
export interface OfferedOrders {
  /** Offers an order with a place in the line, taken until then. */
  offer(sandboxId: string, ticket: string, order: string, untilMs: number): Promise<void>;
  /** The order, when it is still open and this is the first to pick it up. The table forgets it. */
  pickUp(sandboxId: string, ticket: string): Promise<string | undefined>;
  /** Says what became of it, as long as its place is there. */
  settle(sandboxId: string, ticket: string, state: 'started' | 'own'): Promise<void>;
  /** Removes it. Harmless where it has been picked up, or was never there. */
  withdraw(sandboxId: string, ticket: string): Promise<void>;
}

/** Orders in DynamoDB, an item each beside its place, so that those who look at the line don't read them. */
export function offeredOrders(table: Table, clock: Clock): OfferedOrders {
  const TableName = table.name;
  const setState = (sandboxId: string, ticket: string, state: OfferState, before: readonly OfferState[]) =>
    unlessRefused(
      table.documents.send(
        new UpdateCommand({
          TableName,
          Key: keys.place(sandboxId, ticket),
          UpdateExpression: 'SET offer = :state',
          ConditionExpression: `#until > :now AND offer IN (${before.map((_, index) => `:before${index}`)})`,
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: {
            ':state': state,
            ':now': clock.now(),
            ...Object.fromEntries(before.map((one, index) => [`:before${index}`, one])),
          },
        }),
      ),
    );
  const remove = async (sandboxId: string, ticket: string) => {
    const removal = new DeleteCommand({ TableName, Key: keys.offer(sandboxId, ticket), ReturnValues: 'ALL_OLD' });
    return (await table.documents.send(removal).catch(recordsFailed)).Attributes;
  };
  return {
    offer: async (sandboxId, ticket, order, untilMs) => {
      const ttl = Math.ceil((untilMs + forsakenMs) / 1000);
      const place = { ...keys.place(sandboxId, ticket), until: untilMs, offer: 'open', ttl };
      const TransactItems = [
        { Put: { TableName, Item: { ...keys.offer(sandboxId, ticket), order, ttl } } },
        { Put: { TableName, Item: place } },
      ];
      await table.documents.send(new TransactWriteCommand({ TransactItems })).catch(recordsFailed);
    },
    pickUp: async (sandboxId, ticket) => {
      if (!(await setState(sandboxId, ticket, 'picked', ['open']))) return undefined;
      const order = (await remove(sandboxId, ticket))?.['order'];
      return typeof order === 'string' ? order : undefined;
    },
    settle: async (sandboxId, ticket, state) => {
      await setState(sandboxId, ticket, state, ['open', 'picked']);
    },
    withdraw: async (sandboxId, ticket) => {
      await remove(sandboxId, ticket);
    },
  };
}
