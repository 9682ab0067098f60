import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../contract/clock.ts';
import { isoTime } from '../../core/time.ts';
import { translateError } from '../translate-error.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';

/**
 * `attach` ends itself after 60 s without a word, so a channel that has not been used for so long has left its slot. The rest is for
 * clocks that differ and words that travel.
 */
export const leaseMs = 75_000;

/** The right to have one session open in a sandbox, until it expires. */
export interface Lease {
  readonly sandboxId: string;
  readonly slot: number;
  /** Counts the holders of the slot: whoever holds an older one holds nothing. */
  readonly fence: number;
  readonly expiresAtMs: number;
}

export interface SlotLeases {
  /** Takes a free slot of so many; undefined when each one is held. */
  acquire(sandboxId: string, slots: number): Promise<Lease | undefined>;
  /** The lease from now on; undefined when it has been lost. */
  renew(lease: Lease): Promise<Lease | undefined>;
  /** Gives the slot back. Harmless when it has been lost. */
  release(lease: Lease): Promise<void>;
  /** Asks holders to give their channel back after their turn. */
  wantChannel(sandboxId: string, untilMs: number): Promise<void>;
}

/** Leases in DynamoDB, an item a slot. */
export function slotLeases(table: Table, clock: Clock): SlotLeases {
  const update = async (command: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName'>) => {
    try {
      const { Attributes } = await table.documents.send(new UpdateCommand({ TableName: table.name, ...command }));
      return Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw translateError('records', error);
    }
  };
  const take = async (sandboxId: string, slot: number): Promise<Lease | undefined> => {
    const now = clock.now();
    const taken = await update({
      Key: keys.slot(sandboxId, slot),
      UpdateExpression: 'SET expires_at = :until, #ttl = :ttl ADD fence :one',
      ConditionExpression: 'attribute_not_exists(expires_at) OR expires_at <= :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':until': now + leaseMs, ':now': now, ':one': 1, ':ttl': ttlOf(now) },
      ReturnValues: 'ALL_NEW',
    });
    return taken && { sandboxId, slot, fence: Number(taken['fence']), expiresAtMs: now + leaseMs };
  };
  const set = async (lease: Lease, expiresAtMs: number) => {
    const held = await update({
      Key: keys.slot(lease.sandboxId, lease.slot),
      UpdateExpression: 'SET expires_at = :until, #ttl = :ttl',
      ConditionExpression: 'fence = :fence',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':until': expiresAtMs, ':fence': lease.fence, ':ttl': ttlOf(clock.now()) },
    });
    return held && { ...lease, expiresAtMs };
  };
  return {
    acquire: async (sandboxId, slots) => {
      for (let slot = 0; slot < slots; slot++) {
        const lease = await take(sandboxId, slot);
        if (lease !== undefined) return lease;
      }
      return undefined;
    },
    renew: (lease) => set(lease, clock.now() + leaseMs),
    release: async (lease) => {
      await set(lease, 0);
    },
    wantChannel: async (sandboxId, untilMs) => {
      await update({
        Key: keys.record(sandboxId),
        UpdateExpression: 'SET channel_wanted_until = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': isoTime(untilMs) },
      });
    },
  };
}

// The fence is forgotten a week after the last use, long after everybody who could hold an older one.
const ttlOf = (nowMs: number): number => Math.floor(nowMs / 1000) + 7 * 86_400;
