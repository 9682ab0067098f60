import { bucket } from '../deployment.ts';

/** Everything in the bucket that is a user's. The id can hold neither a slash nor a wildcard. */
export const userPrefix = (userId: string): string => `${bucket.users.prefix}${userId}/`;

/** Where the home of a user lies in the bucket. */
export function homeKeys(userId: string) {
  const prefix = `${userPrefix(userId)}home/`;
  return {
    prefix,
    head: `${prefix}head.json`,
    manifests: `${prefix}manifests/`,
    manifest: (checkpointId: string) => `${prefix}manifests/${checkpointId}.json.zst`,
    blobs: `${prefix}blobs/`,
    blob: (sha256: string) => `${prefix}blobs/${sha256}`,
  } as const;
}

/** The checkpoint that a manifest's key names, if it is one's. */
export const checkpointOfKey = (key: string): string | undefined =>
  /\/home\/manifests\/(ckp_[0-9a-hjkmnp-tv-z]{26})\.json\.zst$/.exec(key)?.[1];

/** The SHA-256 that a blob's key names, if it is one's. */
export const blobOfKey = (key: string): string | undefined => /\/home\/blobs\/([0-9a-f]{64})$/.exec(key)?.[1];
