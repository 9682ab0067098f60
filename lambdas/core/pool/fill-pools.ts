import { accountLimits } from '../../../contract/account-limits.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { assertAccepting } from '../admin/assert-accepting.ts';
import type { DeploymentRecords } from '../admin/ports.ts';
import type { Log } from '../log.ts';
import type { Counts } from '../reaper/jobs.ts';
import type { Pace } from '../reaper/pace.ts';
import type { TaskLookups } from '../reaper/ports.ts';
import type { HasTime } from '../time-limit.ts';
import { type LaunchMemberPorts, launchMember, newMember } from './launch-member.ts';
import type { Pool, PoolMember, PoolMembers } from './ports.ts';
import { type PoolWork, poolWork } from './wanted-members.ts';

export interface FillPorts extends LaunchMemberPorts {
  readonly pools: readonly Pool[];
  readonly pool: Pick<PoolMembers, 'all' | 'add' | 'noteTask' | 'remove'>;
  readonly lookups: Pick<TaskLookups, 'describe'>;
  readonly operators: Pick<DeploymentRecords, 'settings' | 'spend'>;
  readonly log: Log;
  readonly reads: Pace;
}

// ECS shows a new task a moment late.
const visibleAfterMs = 120_000;

/** None while operators have closed the deployment, or the day has cost what it may. */
async function poolsNow({ pools, operators, clock }: FillPorts): Promise<readonly Pool[]> {
  if (pools.length === 0) return pools;
  try {
    await assertAccepting(operators, clock.now());
    return pools;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'closed') return [];
    throw error;
  }
}

/** Those whose machine has ended, though nobody heard of it. */
async function deadOf({ lookups, reads, clock }: FillPorts, members: readonly PoolMember[]) {
  const visible = members.filter(({ task }) => task && Date.parse(task.launched_at) + visibleAfterMs < clock.now());
  const dead = new Set<PoolMember>();
  for (let from = 0; from < visible.length; from += accountLimits.tasksPerRead) {
    const part = visible.slice(from, from + accountLimits.tasksPerRead);
    await reads();
    const seen = await lookups.describe(part.flatMap(({ task }) => task?.arn ?? []));
    const alive = new Set(seen.filter(({ desiredStatus }) => desiredStatus !== 'STOPPED').map(({ id }) => id));
    for (const member of part) if (member.task && !alive.has(member.task.id)) dead.add(member);
  }
  return dead;
}

/** Takes members out of their pools, then ends their machines: one that was handed over meanwhile is left alone. */
async function recycle(
  { pool, tasks, changes }: FillPorts,
  { surplus }: PoolWork,
  { dead, hasTime }: { readonly dead: ReadonlySet<PoolMember>; readonly hasTime: HasTime },
): Promise<number> {
  let recycled = 0;
  for (const member of [...dead, ...surplus]) {
    if (!hasTime() || !(await pool.remove(member))) continue;
    recycled += 1;
    if (member.task === null || dead.has(member)) continue;
    await changes();
    await tasks.stop(member.task.arn, 'its pool wants it no longer');
  }
  return recycled;
}

/** Takes the empty places, before anything is launched: whoever else fills the pool now leaves them alone. */
async function addMembers({ pool, clock }: FillPorts, { empty }: PoolWork): Promise<readonly PoolMember[]> {
  const members = empty.map((place) => newMember(place.pool, place.place, clock.now()));
  const added = await Promise.all(members.map((member) => pool.add(member)));
  return members.filter((_, n) => added[n]);
}

async function launchAll(ports: FillPorts, members: readonly PoolMember[], hasTime: HasTime) {
  const counts = { poolLaunched: 0, poolNoRoom: 0 };
  for (const member of members) {
    if (!hasTime()) break;
    try {
      counts[(await launchMember(ports, member)) ? 'poolLaunched' : 'poolNoRoom'] += 1;
    } catch (error) {
      // Its token makes the next minute's launch the same one.
      ports.log.error('reaper', { event: 'pool.launch', outcome: 'failed', memberId: member.member_id, error });
      if (error instanceof SandboxError && error.code === 'rate_limited') break;
    }
  }
  return counts;
}

/** Looks after every pool: what is too old, of another image, dead or too many goes, and empty places are filled. */
export async function fillPools(ports: FillPorts, hasTime: HasTime): Promise<Counts> {
  const members = await ports.pool.all();
  const pools = await poolsNow(ports);
  if (pools.length === 0 && members.length === 0) return {};
  const dead = await deadOf(ports, members);
  const living = members.filter((member) => !dead.has(member));
  const work = poolWork(pools, living, ports.clock.now());
  const poolRecycled = await recycle(ports, work, { dead, hasTime });
  const launched = await launchAll(ports, [...work.unlaunched, ...(await addMembers(ports, work))], hasTime);
  return { poolIdle: living.filter(({ agent }) => agent !== null).length, poolRecycled, ...launched };
}
