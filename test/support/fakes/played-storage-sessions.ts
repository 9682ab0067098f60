import { userPrefix } from '../../../contract/home/keys.ts';
import type { StorageSessions } from '../../../lambdas/core/agent/ports.ts';

/** Sessions of a storage role that nobody has: they say whose they are. */
export const playedStorageSessions: StorageSessions = {
  open: async ({ userId, sandboxId }) => ({
    access_key_id: 'ASIAPLAYED',
    secret_access_key: sandboxId,
    session_token: userId,
    expires_at: new Date(3_600_000).toISOString(),
    bucket: 'played-bucket',
    region: 'us-east-1',
    prefix: userPrefix(userId),
  }),
};
