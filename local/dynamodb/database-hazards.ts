import { z } from 'zod';

/** How DynamoDB is lazy. Faults of single calls are among the calls'. */
export const databaseHazards = z
  .strictObject({
    /** The most that an ended item is still there and found; each is so by a length of its own. @default two days */
    timeToLiveLagSeconds: z
      .int()
      .min(0)
      .default(2 * 86_400),
  })
  .prefault({});
