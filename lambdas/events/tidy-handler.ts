import * as z from 'zod';
import type { TidyPorts } from '../core/storage/tidy/ports.ts';
import { tidyHomes } from '../core/storage/tidy/tidy-homes.ts';
import { timeFor } from '../core/time-limit.ts';

/** What is read of a schedule's event: that it is one. */
const ScheduledEvent = z.object({ source: z.literal('aws.events') });

// The function has a minute more.
const budgetMs = 540_000;

/** The handler of the hour. What it throws is counted as a failure of the function; the next hour tries again. */
export function tidyHandler({ ports }: { readonly ports: TidyPorts }): (event: unknown) => Promise<void> {
  return async (event) => {
    const parsed = ScheduledEvent.safeParse(event);
    if (parsed.success) return await tidyHomes(ports, timeFor(budgetMs, ports.clock));
    ports.log.error('storage', { event: 'storage.tidy', outcome: 'refused', error: parsed.error });
  };
}
