import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../../../contract/clock.ts';
import { translateError } from '../../translate-error.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';

/**
 * `attach` ends itself after 60 s without a word, so a session whose lease has run out has left its slot: whoever holds a lease says
 * nothing in its last 62 s. The rest is for a table that can't be reached for a moment.
 */
export const leaseMs = 90_000;

/** Whoever works under a lease renews it every 5 to 10 s. One that is older belongs to somebody who is idle, frozen or gone. */
export const staleMs = 20_000;

/** The right to have one session open in a sandbox, until it expires. */
export interface Lease {
  readonly sandboxId: string;
  readonly slot: number;
  /** Counts the holders of the slot: whoever holds an older one holds nothing. */
  readonly fence: number;
  readonly expiresAtMs: number;
}

/** What of a lease names it: its slot, and which holder. */
export type HeldSlot = Pick<Lease, 'sandboxId' | 'slot' | 'fence'>;

/** A slot as the table has it. */
export interface Slot {
  readonly number: number;
  readonly fence: number;
  readonly expiresAtMs: number;
  /** The session that is open in it, as far as its holder has said. */
  readonly sessionId: string | undefined;
}

export interface SlotLeases {
  /** Takes a free slot of so many, from `first` on; undefined when each one is held. @default from the very first */
  acquire(sandboxId: string, slots: number, first?: number): Promise<Lease | undefined>;
  /** Takes this slot if it is free; undefined when it isn't. */
  take(sandboxId: string, slot: number): Promise<Lease | undefined>;
  /** Takes a slot from its holder, if that hasn't said a word since it was looked at. Its session is still there. */
  takeOver(sandboxId: string, from: Slot): Promise<Lease | undefined>;
  /** Says which session is open under the lease. */
  noteSession(lease: Lease, sessionId: string): Promise<void>;
  /** The lease from now on; undefined when it has been lost. */
  renew(lease: Lease): Promise<Lease | undefined>;
  /** Lends the slot to a grant until then, without a word in between; false when it has been lost. */
  lend(held: HeldSlot, grantId: string, untilMs: number): Promise<boolean>;
  /** Keeps a slot that is lent until then; false when it has been lost or given back. */
  keepUntil(held: HeldSlot, untilMs: number): Promise<boolean>;
  /** Gives the slot back, to be free from `atMs` on. Harmless when it has been lost. @default now */
  release(held: HeldSlot, atMs?: number): Promise<void>;
}

type Update = Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>;

/** Leases in DynamoDB, an item a slot. */
export function slotLeases(table: Table, clock: Clock): SlotLeases {
  const update = async (sandboxId: string, slot: number, change: Update) => {
    const input = { TableName: table.name, Key: keys.slot(sandboxId, slot), ...change };
    try {
      return (await table.documents.send(new UpdateCommand(input))).Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw translateError('records', error);
    }
  };
  const begin = async (sandboxId: string, slot: number, condition: string, values: Record<string, unknown>) => {
    const now = clock.now();
    const taken = await update(sandboxId, slot, {
      UpdateExpression: 'SET expires_at = :until, #ttl = :ttl REMOVE session_id, grant_id, lent_at ADD fence :one',
      ConditionExpression: condition,
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':until': now + leaseMs, ':one': 1, ':ttl': ttlOf(now), ...values },
      ReturnValues: 'ALL_NEW',
    });
    return taken && { sandboxId, slot, fence: Number(taken['fence']), expiresAtMs: now + leaseMs };
  };
  const set = async ({ sandboxId, slot, fence }: HeldSlot, expression: string, values: Record<string, unknown>) => {
    const held = await update(sandboxId, slot, {
      UpdateExpression: `SET ${expression}, #ttl = :ttl`,
      ConditionExpression: 'fence = :fence',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ...values, ':fence': fence, ':ttl': ttlOf(clock.now()) },
    });
    return held !== undefined;
  };
  const take = (sandboxId: string, slot: number) =>
    begin(sandboxId, slot, 'attribute_not_exists(expires_at) OR expires_at <= :now', { ':now': clock.now() });
  return {
    acquire: async (sandboxId, slots, first = 0) => {
      for (let slot = first; slot < slots; slot++) {
        const lease = await take(sandboxId, slot);
        if (lease !== undefined) return lease;
      }
      return undefined;
    },
    take,
    takeOver: (sandboxId, { number, fence, expiresAtMs }) =>
      begin(sandboxId, number, 'fence = :seen AND expires_at = :left', { ':seen': fence, ':left': expiresAtMs }),
    noteSession: async (lease, sessionId) => {
      await set(lease, 'session_id = :session', { ':session': sessionId });
    },
    renew: async (lease) => {
      const expiresAtMs = clock.now() + leaseMs;
      return (await set(lease, 'expires_at = :until', { ':until': expiresAtMs }))
        ? { ...lease, expiresAtMs }
        : undefined;
    },
    lend: (held, grantId, untilMs) =>
      set(held, 'expires_at = :until, grant_id = :grant, lent_at = :now', {
        ':until': untilMs,
        ':grant': grantId,
        ':now': clock.now(),
      }),
    keepUntil: async ({ sandboxId, slot, fence }, untilMs) => {
      const kept = await update(sandboxId, slot, {
        UpdateExpression: 'SET expires_at = :until',
        // What was given back is nobody's, though its fence is still the last one.
        ConditionExpression: 'fence = :fence AND attribute_exists(grant_id) AND expires_at > :now',
        ExpressionAttributeValues: { ':until': untilMs, ':fence': fence, ':now': clock.now() },
      });
      return kept !== undefined;
    },
    release: async ({ sandboxId, slot, fence }, atMs = 0) => {
      await update(sandboxId, slot, {
        UpdateExpression: 'SET expires_at = :until REMOVE grant_id, lent_at',
        ConditionExpression: 'fence = :fence',
        ExpressionAttributeValues: { ':until': atMs, ':fence': fence },
      });
    },
  };
}

// The fence is forgotten a week after the last use, long after everybody who could hold an older one.
const ttlOf = (nowMs: number): number => Math.floor(nowMs / 1000) + 7 * 86_400;
