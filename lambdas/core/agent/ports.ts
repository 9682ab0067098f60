import type { StorageCredentials } from '../../../contract/home/credentials.ts';

/** Sessions of the storage role. */
export interface StorageSessions {
  /** An hour's credentials for one user's part of the bucket. Throws `unavailable`, `rate_limited`. */
  open(session: { readonly userId: string; readonly sandboxId: string }): Promise<StorageCredentials>;
}
