import * as z from 'zod';
import { CheckpointId, Timestamp } from '../api/identifiers.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const homeFaultCodes = [
  /** There is no such bucket, it is another's or in another region, or what was asked for is not allowed. */
  'bucket_missing',
  'bucket_foreign',
  'storage_forbidden',
  /** Nobody answers, or only that it can't now. */
  'storage_unavailable',
  /** The control plane gives no credentials. */
  'no_credentials',
  /** What is stored is not what was. */
  'corrupt',
  'checkpoint_not_found',
  /** The home is beyond a bound of `homeLimits`, or the disk is full. */
  'too_many_entries',
  'too_many_bytes',
  'path_too_long',
  'no_space',
  /** What works on files died. */
  'helper_lost',
  'time_ran_out',
  'internal',
] as const;
export const HomeFaultCode = z.enum(homeFaultCodes);
export type HomeFaultCode = z.infer<typeof HomeFaultCode>;

/** How the home is; a part of a heartbeat. */
export const HomeReport = z.strictObject({
  state: z.enum(['restoring', 'kept', 'saving']).describe('kept: nothing is under way'),
  files_done: count.describe('of what is under way; 0 when nothing is'),
  bytes_done: count,
  restored_files: count,
  restored_bytes: count,
  checkpoint_id: CheckpointId.nullable().describe('what the home was last saved as, or restored from'),
  saved_at: Timestamp.nullable().describe('null until this sandbox has saved'),
  partial: z.boolean().describe('of the last save'),
  unreadable: count.describe('files that the sandbox’s user can’t read, so that they are not saved'),
  fault: z
    .strictObject({ code: HomeFaultCode, message: z.string().max(1_024) })
    .nullable()
    .describe('why the last save or restore failed; null when it did not'),
});
export type HomeReport = z.infer<typeof HomeReport>;
