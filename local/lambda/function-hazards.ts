import { z } from 'zod';
import { occasionFields } from '../hazards/occasion.ts';

/** How Lambda's environments go wrong. Without any settings: as Lambda, and no worse. */
export const functionHazards = z
  .strictObject({
    /** What a cold start takes beyond the time this machine needs for it. */
    coldStartMs: z.int().min(0).default(0),
    /** Events that all functions work on at once, of which Lambda refuses one more. @default an account's usual limit */
    concurrency: z.int().min(1).default(1_000),
    /** Environments that are lost: `afterMs` into an event, or while they are frozen. */
    losses: z
      .array(
        z.strictObject({
          /** @default each one */
          function: z.string().min(1).optional(),
          when: z.enum(['working', 'frozen']),
          afterMs: z.int().min(0).default(0),
          ...occasionFields,
        }),
      )
      .default([]),
  })
  .prefault({});

export type FunctionHazards = z.output<typeof functionHazards>;
