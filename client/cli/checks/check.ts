import * as z from 'zod';

/** One thing that has to be right, and what to do where it is not, or could be better. */
export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  fix: z.string().nullable(),
});
export type Check = z.infer<typeof Check>;

/** A check that found nothing wrong. */
export const fine = (name: string, detail: string): Check => ({ name, ok: true, detail, fix: null });
/** A check that failed, and what to do about it. */
export const bad = (name: string, detail: string, fix: string): Check => ({ name, ok: false, detail, fix });
