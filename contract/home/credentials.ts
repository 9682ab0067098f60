import * as z from 'zod';
import { Timestamp } from '../api/identifiers.ts';

/** Credentials for one user's part of the bucket. They last an hour; only the agent's memory may hold them. */
export const StorageCredentials = z
  .object({
    access_key_id: z.string().min(1),
    secret_access_key: z.string().min(1),
    session_token: z.string().min(1),
    expires_at: Timestamp,
    bucket: z.string().min(3).max(63),
    region: z.string().min(1).max(32),
    prefix: z.string().min(1).describe('with its slash; everything else in the bucket is denied'),
  })
  .meta({ id: 'StorageCredentials' });
export type StorageCredentials = z.infer<typeof StorageCredentials>;
