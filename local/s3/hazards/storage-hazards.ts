import { z } from 'zod';
import { occasionFields } from '../../hazards/occasion.ts';

/** What befalls the body of an object on its way. Faults of whole calls are among the calls'. */
const bodyFault = z.strictObject({
  direction: z.enum(['up', 'down']),
  /** `cut` breaks the connection off, `fail` refuses what is on its way up with an error of the service. */
  fate: z.union([z.enum(['cut', 'fail']), z.strictObject({ delayMs: z.int().min(1) })]),
  /** How much gets through before. */
  afterBytes: z.int().min(0).default(0),
  ...occasionFields,
});

/** How S3 misbehaves in the middle of an object. */
export const storageHazards = z
  .strictObject({
    bodies: z
      .array(
        bodyFault.refine(({ direction, fate }) => direction === 'up' || fate !== 'fail', {
          error: 'an answer that has begun can only be cut, not fail',
        }),
      )
      .default([]),
  })
  .prefault({});

export type BodyFault = z.output<typeof bodyFault>;
