import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../contract/clock.ts';
import { isoTime } from '../../../core/time.ts';
import { translateError } from '../../translate-error.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { unlessRefused } from '../records-failed.ts';
import type { OfferState } from './offered-orders.ts';
import type { Slot } from './slot-leases.ts';

/** A place in the line, and what became of the order that it offers, if it does. */
export interface Place {
  readonly ticket: string;
  readonly offer: OfferState | undefined;
}

/** The slots of a sandbox, and who waits for one. */
export interface Survey {
  /** Those that somebody has ever held. */
  readonly slots: readonly Slot[];
  /** In their order. */
  readonly places: readonly Place[];
  /** Tickets whose owners have gone without a word. */
  readonly forsaken: readonly string[];
}

/** The line of those who wait for a slot, first come first served. A place is kept only while its owner says so. */
export interface SlotLine {
  /** Takes a place, or keeps it, until then. Tickets that sort before others are served before them. */
  stand(sandboxId: string, ticket: string, untilMs: number): Promise<void>;
  /** Gives the place up; answers what has become of its offer. */
  leave(sandboxId: string, ticket: string): Promise<OfferState | undefined>;
  survey(sandboxId: string): Promise<Survey>;
  /** Asks holders to give their channel back after their turn. */
  want(sandboxId: string, untilMs: number): Promise<void>;
  isWanted(sandboxId: string): Promise<boolean>;
  /** Whether the asker is the one who makes room for the next who comes: nobody else is, until then. */
  makeRoom(sandboxId: string, untilMs: number): Promise<boolean>;
}

/** A place whose owner has been silent for so long, many times what a place lasts, has lost its owner. */
export const forsakenMs = 60_000;

/** The line in DynamoDB, an item a place. */
export function slotLine(table: Table, clock: Clock): SlotLine {
  const TableName = table.name;
  const send = async <T>(sent: Promise<T>): Promise<T> => {
    try {
      return await sent;
    } catch (error) {
      throw translateError('records', error);
    }
  };
  return {
    stand: async (sandboxId, ticket, untilMs) => {
      const update = new UpdateCommand({
        TableName,
        Key: keys.place(sandboxId, ticket),
        UpdateExpression: 'SET #until = :until, #ttl = :ttl',
        ExpressionAttributeNames: { '#until': 'until', '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':until': untilMs, ':ttl': Math.ceil(untilMs / 1000) },
      });
      await send(table.documents.send(update));
    },
    leave: async (sandboxId, ticket) => {
      const Key = keys.place(sandboxId, ticket);
      const { Attributes } = await send(
        table.documents.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' })),
      );
      return Attributes?.['offer'] as OfferState | undefined;
    },
    survey: async (sandboxId) => {
      const { pk, from, to } = keys.slotsAndPlaces(sandboxId);
      const query = new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      });
      const { Items = [] } = await send(table.documents.send(query));
      const now = clock.now();
      return {
        slots: Items.filter(({ fence }) => fence !== undefined).map(slotOf),
        places: Items.filter(({ until }) => Number(until) > now).map(placeOf),
        forsaken: Items.filter(({ until }) => Number(until) <= now - forsakenMs).map((item) => placeOf(item).ticket),
      };
    },
    want: async (sandboxId, untilMs) => {
      const update = new UpdateCommand({
        TableName,
        Key: keys.record(sandboxId),
        UpdateExpression: 'SET channel_wanted_until = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': isoTime(untilMs) },
      });
      await table.documents.send(update).catch((error) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw translateError('records', error);
      });
    },
    isWanted: async (sandboxId) => {
      const get = new GetCommand({
        TableName,
        Key: keys.record(sandboxId),
        ProjectionExpression: 'channel_wanted_until',
      });
      const { Item } = await send(table.documents.send(get));
      return Date.parse(String(Item?.['channel_wanted_until'])) > clock.now();
    },
    makeRoom: (sandboxId, untilMs) => {
      const update = new UpdateCommand({
        TableName,
        Key: keys.room(sandboxId),
        UpdateExpression: 'SET #until = :until, #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
        ExpressionAttributeNames: { '#until': 'until', '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':until': untilMs, ':now': clock.now(), ':ttl': Math.ceil(untilMs / 1000) },
      });
      return unlessRefused(table.documents.send(update));
    },
  };
}

/** Which slot the item with this sort key is. */
export const slotNumberOf = (sortKey: string): number => Number(sortKey.slice('SLOT#'.length));

const placeOf = (item: Readonly<Record<string, unknown>>): Place => ({
  ticket: String(item['sk']).slice('WAIT#'.length),
  offer: item['offer'] as OfferState | undefined,
});

const slotOf = (item: Readonly<Record<string, unknown>>): Slot => ({
  number: slotNumberOf(String(item['sk'])),
  fence: Number(item['fence']),
  expiresAtMs: Number(item['expires_at'] ?? 0),
  sessionId: typeof item['session_id'] === 'string' ? item['session_id'] : undefined,
});
