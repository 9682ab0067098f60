import type { Access } from '../../../contract/api/access.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import type { AccessRecord, ClientChannels } from './ports.ts';

/** What a caller gets of its channel. The key is derived from the very text that goes with it. */
export function publicAccess(
  channels: Pick<ClientChannels, 'keyFor'>,
  record: ReadyRecord,
  { grant, session }: Pick<AccessRecord, 'grant' | 'session'>,
  token: string | null,
): Access {
  const text = JSON.stringify(grant);
  const target = { sandboxId: record.sandbox_id, generation: record.generation, agent: record.agent };
  return {
    grant_id: grant.grant_id,
    sandbox_id: grant.sandbox_id,
    session: { session_id: session.id, stream_url: session.streamUrl, token },
    grant: text,
    ...channels.keyFor(target, text),
    expires_at: grant.expires_at,
    limits: { running_commands: grant.running_commands, bytes: grant.bytes },
  };
}
