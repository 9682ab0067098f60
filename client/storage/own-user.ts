import { SandboxError } from '../../contract/api/errors.ts';
import type { Connection } from '../connection.ts';
import { send } from '../http/send/send.ts';

/** The caller's own user; throws `invalid_request` for a service, which has none. */
export async function ownUser(connection: Connection, signal: AbortSignal | undefined): Promise<string> {
  const { kind, user_id, principal } = await send(connection, 'getMe', {}, { signal });
  const own = user_id ?? (kind === 'person' ? principal : undefined);
  if (own !== undefined) return own;
  const rule = 'expected the user whose storage is meant';
  throw new SandboxError('invalid_request', `the user is missing, ${rule}`, { details: { field: 'userId', rule } });
}
