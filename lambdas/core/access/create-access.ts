import type { Clock } from '../../../contract/clock.ts';
import { channelTarget } from '../commands/agent/channel-target.ts';
import { newId } from '../ids.ts';
import type { Answer, Call } from '../operation.ts';
import { type AdmitPorts, admitCommand } from '../quotas/admit-command.ts';
import { newGrant } from './new-grant.ts';
import { offeredChannels } from './offered-channels.ts';
import type { AccessRecord, AccessRecords, ClientChannels } from './ports.ts';
import { publicAccess } from './public-access.ts';

export interface CreateAccessPorts extends AdmitPorts {
  readonly access: Pick<AccessRecords, 'save'>;
  /** Undefined where the deployment doesn't offer them. */
  readonly clientChannels: ClientChannels | undefined;
  readonly clock: Clock;
}

/**
 * Opens a session for the caller to use by itself, under a grant that the agent enforces. Throws `forbidden` where that is not
 * offered, `capacity_unavailable` when every slot that callers may have is taken. It counts as a command of the user's minute: whoever
 * may run none opens no channel either.
 */
export async function createAccess(
  ports: CreateAccessPorts,
  call: Call<'createAccess'>,
): Promise<Answer<'createAccess'>> {
  const channels = offeredChannels(ports.clientChannels);
  const record = await admitCommand(ports, call.params.sandbox_id, call);
  const nowMs = ports.clock.now();
  const grant = newGrant(newId('grt', nowMs), record, call.body.ttl_seconds, nowMs);
  call.note({ userId: record.user_id, grantId: grant.grant_id, expiresAt: grant.expires_at });
  const { token, ...opened } = await channels.open(channelTarget(record), grant);
  const access: AccessRecord = { grant, generation: record.generation, ...opened, ended_at: null };
  try {
    await ports.access.save(access);
  } catch (error) {
    // Nobody could renew or end what is not written down.
    await channels.end(access);
    throw error;
  }
  return { status: 201, body: publicAccess(channels, record, access, token) };
}
