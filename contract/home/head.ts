import * as z from 'zod';
import { CheckpointId, SandboxId, Timestamp } from '../api/identifiers.ts';
import { homeLimits } from './limits.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A point in time of a home, in short. */
export const CheckpointSummary = z.object({
  checkpoint_id: CheckpointId,
  saved_at: Timestamp,
  sandbox_id: SandboxId.describe('who saved it'),
  cause: z.enum(['timer', 'asked', 'end']),
  partial: z.boolean().describe('time ran out: what had changed and is missing here is as the parent has it'),
  files: count,
  bytes: count.describe('of all files, unpacked'),
});
export type CheckpointSummary = z.infer<typeof CheckpointSummary>;

/**
 * `head.json`: the one object of a home that changes, always conditionally. Its first checkpoint is the home as it is;
 * a checkpoint that no head names does not exist.
 */
export const Head = z.object({
  version: z.literal(1),
  checkpoints: z.array(CheckpointSummary).min(1).max(homeLimits.checkpoints).describe('newest first'),
  dropped: z
    .array(z.object({ checkpoint_id: CheckpointId, at: Timestamp }))
    .max(homeLimits.checkpoints)
    .describe('no longer kept, but named for `graceHours`, since a save may still build on them'),
});
export type Head = z.infer<typeof Head>;
