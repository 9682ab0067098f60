import type { Tell } from '../sandboxes/announced.ts';
import type { PoolMembers } from './ports.ts';

/** The same hand-over, followed by its audit line and its announcement. */
export const announcedPool = (pool: Pick<PoolMembers, 'handOver'>, tell: Tell): Pick<PoolMembers, 'handOver'> => ({
  handOver: async (member, previous, next) => {
    const isWritten = await pool.handOver(member, previous, next);
    if (isWritten) await tell(previous, next);
    return isWritten;
  },
});
