import type { Grant } from '../../../contract/agent/grant.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { changeRecord } from '../sandboxes/life/change-record.ts';
import { readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { offeredChannels } from './offered-channels.ts';
import { ownAccess } from './own-access.ts';
import type { AccessRecords, ClientChannels } from './ports.ts';

export interface EndAccessPorts {
  readonly records: Pick<SandboxRecords, 'get' | 'replace'>;
  readonly access: AccessRecords;
  readonly clientChannels: ClientChannels | undefined;
  readonly clock: Clock;
}

// More than anybody ends in the lifetime of a grant; the sessions of all of them are over in any case.
const mostRevoked = 100;

/** The record with the grant among the revoked ones, which its agent learns by its next heartbeat. */
function revoke(record: SandboxRecord, { grant_id, expires_at }: Grant, nowMs: number): SandboxRecord | undefined {
  if (record.status !== 'ready' || record.revoked_grants.some((one) => one.grant_id === grant_id)) return undefined;
  const valid = record.revoked_grants.filter((one) => Date.parse(one.expires_at) > nowMs);
  const revoked_grants = [...valid, { grant_id, expires_at }].slice(-mostRevoked);
  return { ...record, version: record.version + 1, revoked_grants };
}

/**
 * Ends a channel, however often it is asked to: its session at once, and its key within a heartbeat, 30 s, should anybody show it
 * on another session.
 */
export async function endAccess(ports: EndAccessPorts, call: Call<'endAccess'>): Promise<Answer<'endAccess'>> {
  const { records, access, clock } = ports;
  const channels = offeredChannels(ports.clientChannels);
  const { user_id } = await readOwned(records, call.params.sandbox_id, call.caller);
  const present = await ownAccess(access, call.params);
  const { grant } = present;
  const ended_at = present.ended_at ?? isoTime(clock.now());
  call.note({ userId: user_id, grantId: grant.grant_id });
  await changeRecord(records, grant.sandbox_id, (record) => revoke(record, grant, clock.now()));
  await access.save({ ...present, ended_at });
  await channels.end(present);
  return { status: 200, body: { grant_id: grant.grant_id, ended_at } };
}
