import { PoolMemberId } from '../../../contract/api/identifiers.ts';
import type { TaskReport } from '../sandboxes/life/settle-task.ts';
import type { PoolMembers } from './ports.ts';

/** Whether a task was launched for a pool. */
export const isOfPool = ({ startedBy }: Pick<TaskReport, 'startedBy'>): boolean =>
  PoolMemberId.safeParse(startedBy).success;

/**
 * Takes a machine that stops out of its pool. Answers whether it was, or is, in a pool; one that is in none has been handed over, or
 * nobody wants it.
 */
export async function settleMember(
  pool: Pick<PoolMembers, 'all' | 'remove'>,
  report: Pick<TaskReport, 'id' | 'startedBy' | 'desiredStatus'>,
): Promise<boolean> {
  const member = (await pool.all()).find(({ member_id }) => member_id === report.startedBy);
  if (member === undefined) return false;
  return report.desiredStatus === 'STOPPED' ? await pool.remove(member) : true;
}
