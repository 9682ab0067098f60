import * as z from 'zod';
import { GrantId, SandboxId, Timestamp, UserId } from '../api/identifiers.ts';

/**
 * What the holder of a client-held channel may do, and until when. It travels as the JSON text that the control plane wrote: the
 * grant's key is derived from the sandbox's channel key and this very text, so whoever has the key has the text unchanged.
 */
export const Grant = z.strictObject({
  grant_id: GrantId,
  sandbox_id: SandboxId,
  user_id: UserId,
  expires_at: Timestamp,
  running_commands: z.number().int().min(1).describe('started by it and running at once'),
  bytes: z.number().int().min(1).describe('through its channels, both ways together'),
});
export type Grant = z.infer<typeof Grant>;

/** The longest a grant's text may be, in bytes: it has to fit into a frame of the proof. */
export const grantTextBytes = 2_048;

/** A later grant in the place of the one a channel was opened with, and the proof of its key. */
export const RenewGrant = z.strictObject({ grant: z.string().max(grantTextBytes), mac: z.base64().max(64) });
