import * as z from 'zod';
import { type ReapPorts, reap } from '../core/reaper/reap.ts';

/** What is read of a schedule's event: that it is one. */
const ScheduledEvent = z.object({ source: z.literal('aws.events') });

/** The handler of the minute. What it throws is counted as a failure of the function; the next minute tries again. */
export function reapHandler({ ports }: { readonly ports: ReapPorts }): (event: unknown) => Promise<void> {
  return async (event) => {
    const parsed = ScheduledEvent.safeParse(event);
    if (parsed.success) return await reap(ports);
    ports.log.error('reaper', { event: 'reaper.run', outcome: 'refused', error: parsed.error });
  };
}
