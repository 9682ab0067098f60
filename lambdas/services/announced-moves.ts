// Records and pools whose every move is told, for the functions that move sandboxes.

import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Clock } from '../../contract/clock.ts';
import type { Table } from '../aws/dynamodb/document-client.ts';
import { poolRecords } from '../aws/dynamodb/pools/pool-records.ts';
import { sandboxRecords } from '../aws/dynamodb/sandboxes/sandbox-records.ts';
import { eventBridge, eventBridgeClient, poolTaken } from '../aws/events/announce.ts';
import type { Log } from '../core/log.ts';
import { announcedPool } from '../core/pool/announced-pool.ts';
import type { PoolMembers } from '../core/pool/ports.ts';
import { announced, teller } from '../core/sandboxes/life/announced.ts';
import type { SandboxRecords } from '../core/sandboxes/ports.ts';

interface Telling {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventBridgeClient;
  readonly deployment: string;
}

/** What telling takes; its client is made once per environment. */
export const tellingOf = (config: { readonly clock: Clock; readonly MATRX_NAME: string }, log: Log): Telling => ({
  clock: config.clock,
  log,
  events: eventBridgeClient(),
  deployment: config.MATRX_NAME,
});

/** The records, for whoever moves sandboxes from state to state: each move is told. */
export function announcedRecords(table: Table, { clock, log, events, deployment }: Telling): SandboxRecords {
  const records = sandboxRecords(table, clock);
  return { ...records, ...announced(records, { announce: eventBridge(events, deployment), clock, log }) };
}

/** The pools, for whoever gives sandboxes machines of theirs. */
export function announcedPools(table: Table, { clock, log, events, deployment }: Telling): PoolMembers {
  const pool = poolRecords(table, clock);
  const tell = teller({ announce: eventBridge(events, deployment), clock, log });
  return { ...pool, ...announcedPool(pool, { tell, announceTaken: poolTaken(events, deployment) }) };
}
