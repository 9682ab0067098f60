import * as z from 'zod';
import { CheckpointId } from '../api/identifiers.ts';
import { Retention } from './retention.ts';

/** What an agent does with the home; part of its assignment. Without it, or not enabled, nothing is restored or saved. */
export const HomeOrder = z.object({
  enabled: z.boolean(),
  from: CheckpointId.nullable().describe("which of the user's checkpoints to begin with; null = the newest"),
  save_seconds: z.number().int().min(30).max(86_400).default(300).describe('how often it is saved while it changes'),
  keep: Retention.prefault({}),
});
export type HomeOrder = z.infer<typeof HomeOrder>;
