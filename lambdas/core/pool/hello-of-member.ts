import type { Hello, PoolPlace } from '../../../contract/api/agent-reports.ts';
import { newChannelKey } from '../ids.ts';
import type { AssignedAgent } from '../sandboxes/record.ts';
import type { PoolMember, PoolMembers } from './ports.ts';

// What asking costs, a machine that waits costs many times.
const askAgainSeconds = 5;

const placeOf = (member: PoolMember, { channel_key }: AssignedAgent): PoolPlace => ({
  member_id: member.member_id,
  channel_key,
  ask_again_seconds: askAgainSeconds,
});

/** What the agent of a machine without a sandbox is told: its place in a pool. Undefined when it has none (any more). */
export async function helloOfMember(
  pool: Pick<PoolMembers, 'ofTask' | 'noteAgent'>,
  taskId: string,
  { session_limit, agent_version }: Hello,
): Promise<PoolPlace | undefined> {
  const member = await pool.ofTask(taskId);
  if (member === undefined) return undefined;
  if (member.agent !== null) return placeOf(member, member.agent);
  const { member_id: pool_member } = member;
  const agent = { channel_key: newChannelKey(), session_limit, version: agent_version, pool_member };
  if (await pool.noteAgent(member, agent)) return placeOf(member, agent);
  const now = await pool.ofTask(taskId);
  return now?.agent ? placeOf(now, now.agent) : undefined;
}
