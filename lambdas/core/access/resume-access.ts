import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { type AdmitPorts, admitCommand } from '../quotas/admit-command.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { newGrant } from './new-grant.ts';
import { offeredChannels } from './offered-channels.ts';
import { accessEnded, ownAccess } from './own-access.ts';
import type { AccessRecord, AccessRecords, ClientChannels } from './ports.ts';
import { publicAccess } from './public-access.ts';

export interface ResumeAccessPorts extends AdmitPorts {
  readonly access: AccessRecords;
  readonly clientChannels: ClientChannels | undefined;
  readonly clock: Clock;
}

function assertUsable({ grant, generation, ended_at }: AccessRecord, record: ReadyRecord, nowMs: number): void {
  if (ended_at !== null) throw accessEnded(grant.grant_id, 'has ended');
  if (Date.parse(grant.expires_at) <= nowMs) throw accessEnded(grant.grant_id, `expired at ${grant.expires_at}`);
  if (generation !== record.generation) throw accessEnded(grant.grant_id, 'was for an earlier machine');
}

/**
 * Renews a grant, and gives its holder another token where the connection was lost. It is authorised as if it were asked for
 * the first time. Throws `access_ended` when it has ended, expired or lost its session.
 */
export async function resumeAccess(
  ports: ResumeAccessPorts,
  call: Call<'resumeAccess'>,
): Promise<Answer<'resumeAccess'>> {
  const { access, clock } = ports;
  const { ttl_seconds, stream_token } = call.body;
  const channels = offeredChannels(ports.clientChannels);
  const record = await admitCommand(ports, call.params.sandbox_id, call);
  const present = await ownAccess(access, call.params);
  const id = present.grant.grant_id;
  assertUsable(present, record, clock.now());
  const renewed = { ...present, grant: newGrant(id, record, ttl_seconds, clock.now()) };
  call.note({ userId: record.user_id, grantId: id, expiresAt: renewed.grant.expires_at });
  const isKept = await channels.keep(renewed, Date.parse(renewed.grant.expires_at));
  const token = isKept && stream_token ? await channels.resume(renewed) : null;
  if (!isKept || token === undefined) {
    await access.save({ ...present, ended_at: isoTime(clock.now()) });
    await channels.end(present);
    throw accessEnded(id, 'has lost its session');
  }
  if (!(await access.save(renewed))) throw accessEnded(id, 'has ended');
  return { status: 200, body: publicAccess(channels, record, renewed, token) };
}
