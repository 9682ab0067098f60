import { z } from 'zod';
import type { Random } from './random.ts';

/** The fields by which a hazard says when it strikes, among the times it could. */
export const occasionFields = {
  /** How often it is spared at first. */
  skip: z.int().min(0).default(0),
  /** How often it strikes at most. @default without limit */
  times: z.int().min(1).optional(),
  /** How likely it strikes each time, 0 to 1. */
  chance: z.number().min(0).max(1).default(1),
} as const;

export const occasionSchema = z.strictObject(occasionFields);

export type Occasion = z.output<typeof occasionSchema>;

/** Asked at each time a hazard could strike, whether it does. */
export function strikes({ skip, times = Number.POSITIVE_INFINITY, chance }: Occasion, random: Random): () => boolean {
  let asked = 0;
  let struck = 0;
  return () => {
    asked += 1;
    if (asked <= skip || struck >= times || random() >= chance) return false;
    struck += 1;
    return true;
  };
}
