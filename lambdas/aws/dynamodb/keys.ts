import type { Claim } from '../../core/ports.ts';

// The keys of the one table. A colon and a hash sign can't be in ids, so parts can't run into each other; an idempotency key
// comes last, since it may hold anything printable.

const sandbox = (sandboxId: string) => `SBX#${sandboxId}`;

export const keys = {
  record: (sandboxId: string) => ({ pk: sandbox(sandboxId), sk: 'META' }),
  environment: (sandboxId: string) => ({ pk: sandbox(sandboxId), sk: 'ENV' }),
  slot: (sandboxId: string, slot: number) => ({ pk: sandbox(sandboxId), sk: `SLOT#${slot}` }),
  place: (sandboxId: string, ticket: string) => ({ pk: sandbox(sandboxId), sk: `WAIT#${ticket}` }),
  slotsAndPlaces: (sandboxId: string) => ({ pk: sandbox(sandboxId), from: 'SLOT#', to: 'WAIT#~' }),
  outcome: (sandboxId: string, commandId: string) => ({ pk: sandbox(sandboxId), sk: `CMD#${commandId}` }),
  grant: (sandboxId: string, grantId: string) => ({ pk: sandbox(sandboxId), sk: `GRANT#${grantId}` }),
  task: (taskId: string) => ({ pk: `TASK#${taskId}`, sk: 'SANDBOX' }),
  live: (userId: string) => ({ pk: `USER#${userId}`, sk: 'LIVE' }),
  claim: ({ scope, key }: Pick<Claim, 'scope' | 'key'>) => ({ pk: `IDEM#${scope}#${key}`, sk: 'CLAIM' }),
  health: (part: string) => ({ pk: 'HEALTH', sk: part }),
};
