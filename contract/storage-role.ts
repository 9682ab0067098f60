import { bucket } from './deployment.ts';

const { users, outputs } = bucket;

/**
 * What a session of the storage role may do at most, by the parts of the bucket: its own policy cuts it down to one user and one
 * sandbox. The stack grants it and the local service enforces it.
 */
export const storageRole = {
  objects: [
    { actions: ['GetObject', 'PutObject', 'AbortMultipartUpload', 'DeleteObject'], parts: [users] },
    { actions: ['PutObject'], parts: [outputs] },
  ],
  listed: [users],
} as const;
