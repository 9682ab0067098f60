import type { StorageCredentials } from '../../../contract/home/credentials.ts';

/** Whose session it is, and what of its user's storage it is to reach. */
export interface StorageSession {
  readonly userId: string;
  readonly sandboxId: string;
  readonly storage: { readonly hot: boolean; readonly cold: boolean };
}

/** Sessions of the storage role. */
export interface StorageSessions {
  /** An hour's credentials for what a sandbox was created with of its user's part of the bucket. Throws `unavailable`, `rate_limited`. */
  open(session: StorageSession): Promise<StorageCredentials>;
}
