import type { Tell } from '../sandboxes/life/announced.ts';
import type { AnnounceTaken, PoolMembers } from './ports.ts';

/** The same hand-over, followed by its audit line and its announcements, at once. */
export const announcedPool = (
  pool: Pick<PoolMembers, 'handOver'>,
  { tell, announceTaken }: { readonly tell: Tell; readonly announceTaken: AnnounceTaken },
): Pick<PoolMembers, 'handOver'> => ({
  handOver: async (member, previous, next) => {
    const isWritten = await pool.handOver(member, previous, next);
    // The minute fills the pool where nobody hears that one was taken.
    if (isWritten) await Promise.all([tell(previous, next), announceTaken(member).catch(() => undefined)]);
    return isWritten;
  },
});
