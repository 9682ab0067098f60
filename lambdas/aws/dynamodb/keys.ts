import type { CommandPlace } from '../../../contract/api/commands/command-cursor.ts';
import type { Claim } from '../../core/claim.ts';
import type { Rate } from '../../core/quotas/ports.ts';

// The keys of the one table. A colon and a hash sign can't be in ids, so parts can't run into each other; an idempotency key
// comes last, since it may hold anything printable.

const sandbox = (sandboxId: string) => `SBX#${sandboxId}`;

/** How many partitions the index by due time has: none of them takes every write. */
export const dueShards = 8;

const dueShard = (shard: number) => `DUE#${shard}`;
const shardOf = (sandboxId: string): number => sandboxId.charCodeAt(sandboxId.length - 1) % dueShards;
const listedSort = ({ started_at, command_id }: CommandPlace) => `LISTED#${started_at}/${command_id}`;

export const keys = {
  record: (sandboxId: string) => ({ pk: sandbox(sandboxId), sk: 'META' }),
  environment: (sandboxId: string) => ({ pk: sandbox(sandboxId), sk: 'ENV' }),
  slot: (sandboxId: string, slot: number) => ({ pk: sandbox(sandboxId), sk: `SLOT#${slot}` }),
  place: (sandboxId: string, ticket: string) => ({ pk: sandbox(sandboxId), sk: `WAIT#${ticket}` }),
  room: (sandboxId: string) => ({ pk: sandbox(sandboxId), sk: 'ROOM' }),
  offer: (sandboxId: string, ticket: string) => ({ pk: sandbox(sandboxId), sk: `OFFER#${ticket}` }),
  slotsAndPlaces: (sandboxId: string) => ({ pk: sandbox(sandboxId), from: 'SLOT#', to: 'WAIT#~' }),
  outcome: (sandboxId: string, commandId: string) => ({ pk: sandbox(sandboxId), sk: `CMD#${commandId}` }),
  listed: (sandboxId: string, place: CommandPlace) => ({ pk: sandbox(sandboxId), sk: listedSort(place) }),
  listedBefore: (sandboxId: string, place: CommandPlace | undefined) => ({
    pk: sandbox(sandboxId),
    from: 'LISTED#',
    to: place === undefined ? 'LISTED#~' : listedSort(place),
  }),
  grant: (sandboxId: string, grantId: string) => ({ pk: sandbox(sandboxId), sk: `GRANT#${grantId}` }),
  upload: (sandboxId: string, uploadId: string) => ({ pk: sandbox(sandboxId), sk: `UPLOAD#${uploadId}` }),
  task: (taskId: string) => ({ pk: `TASK#${taskId}`, sk: 'SANDBOX' }),
  live: (userId: string) => ({ pk: `USER#${userId}`, sk: 'LIVE' }),
  claim: ({ scope, key }: Pick<Claim, 'scope' | 'key'>) => ({ pk: `IDEM#${scope}#${key}`, sk: 'CLAIM' }),
  due: (at: string, sandboxId: string) => ({ due_pk: dueShard(shardOf(sandboxId)), due_sk: `${at}#${sandboxId}` }),
  dueShard,
  cursor: (name: string) => ({ pk: 'CURSOR', sk: name }),
  health: (part: string) => ({ pk: 'HEALTH', sk: part }),
  /** A point of each minute: another one of the same minute takes its place. */
  point: (sandboxId: string, at: string) => ({ pk: sandbox(sandboxId), sk: `POINT#${at.slice(0, 16)}` }),
  quota: (userId: string) => ({ pk: `USER#${userId}`, sk: 'QUOTA' }),
  rate: (userId: string, rate: Rate, minuteMs: number) => ({
    pk: `USER#${userId}`,
    sk: `RATE#${rate}#${new Date(minuteMs).toISOString().slice(0, 16)}`,
  }),
  usage: (day: string, userId: string, kind: string) => ({ pk: `USAGE#${day}`, sk: `USER#${userId}#${kind}` }),
  usages: (day: string, userId?: string) => ({
    pk: `USAGE#${day}`,
    prefix: userId === undefined ? 'USER#' : `USER#${userId}#`,
  }),
  usageLabels: (day: string, userId: string) => ({ pk: `USAGE#${day}`, sk: `LABELS#${userId}` }),
  deployment: { pk: 'DEPLOYMENT', sk: 'SETTINGS' },
  spend: (day: string, sandboxId: string) => ({ pk: 'DEPLOYMENT', sk: `SPEND#${day}#${shardOf(sandboxId)}` }),
  spends: (firstDay: string) => ({ pk: 'DEPLOYMENT', from: `SPEND#${firstDay}`, to: 'SPEND#~' }),
};
