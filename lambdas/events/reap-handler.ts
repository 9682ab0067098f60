import * as z from 'zod';
import { poolTakenEvent } from '../../contract/events.ts';
import { type ReapPorts, reap, refill } from '../core/reaper/reap.ts';

/** What is read of an event: whether the time has sent it, or somebody who took a machine from a pool. */
const Called = z.union([
  z.object({ source: z.literal('aws.events') }),
  z.object({ source: z.literal(poolTakenEvent.source), 'detail-type': z.literal(poolTakenEvent.detailType) }),
]);

/** The handler of the minute, and of pools that were taken from. What it throws is counted as a failure of the function; the next minute tries again. */
export function reapHandler({ ports }: { readonly ports: ReapPorts }): (event: unknown) => Promise<void> {
  return async (event) => {
    const parsed = Called.safeParse(event);
    if (parsed.success) return await (parsed.data.source === 'aws.events' ? reap(ports) : refill(ports));
    ports.log.error('reaper', { event: 'reaper.run', outcome: 'refused', error: parsed.error });
  };
}
