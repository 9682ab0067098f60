import { accountLimits } from '../../../contract/account-limits.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { assertAccepting } from '../admin/assert-accepting.ts';
import type { DeploymentRecords } from '../admin/ports.ts';
import type { Log } from '../ports.ts';
import type { Counts, HasTime } from '../reaper/jobs.ts';
import type { Pace } from '../reaper/pace.ts';
import type { TaskLookups } from '../reaper/ports.ts';
import { type LaunchMemberPorts, launchMember, newMember } from './launch-member.ts';
import type { Pool, PoolMember, PoolMembers } from './ports.ts';
import { poolWork } from './wanted-members.ts';

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
  try {
    await assertAccepting(operators, clock.now());
    return pools;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'closed') return [];
    throw error;
  }
}

/** Members whose machine has ended, though nobody heard of it. */
async function deadOf({ lookups, reads, clock }: FillPorts, members: readonly PoolMember[]): Promise<PoolMember[]> {
  const visible = members.filter(({ task }) => task && Date.parse(task.launched_at) + visibleAfterMs < clock.now());
  const dead: PoolMember[] = [];
  for (let from = 0; from < visible.length; from += accountLimits.tasksPerRead) {
    const part = visible.slice(from, from + accountLimits.tasksPerRead);
    await reads();
    const seen = await lookups.describe(part.flatMap(({ task }) => task?.arn ?? []));
    const alive = new Set(seen.filter(({ desiredStatus }) => desiredStatus !== 'STOPPED').map(({ id }) => id));
    dead.push(...part.filter(({ task }) => task && !alive.has(task.id)));
  }
  return dead;
}

/** Takes a member out of its pool, then ends its machine: one that was handed over meanwhile is left alone. */
async function recycle({ pool, tasks, changes }: FillPorts, member: PoolMember): Promise<boolean> {
  if (!(await pool.remove(member))) return false;
  if (member.task === null) return true;
  await changes();
  await tasks.stop(member.task.arn, 'it has waited in its pool for long enough');
  return true;
}

/** Looks after every pool: what is too old, of another image, dead or too many goes, and empty places are filled. */
export async function fillPools(ports: FillPorts, hasTime: HasTime): Promise<Counts> {
  const { pool, clock, log } = ports;
  const counts = { poolIdle: 0, poolLaunched: 0, poolRecycled: 0, poolNoRoom: 0 };
  const members = await pool.all();
  const pools = await poolsNow(ports);
  if (pools.length === 0 && members.length === 0) return counts;
  const dead = await deadOf(ports, members);
  for (const member of dead) if (await pool.remove(member)) counts.poolRecycled += 1;
  const living = members.filter((member) => !dead.includes(member));
  const { surplus, unlaunched, empty } = poolWork(pools, living, clock.now());
  counts.poolIdle = living.filter(({ agent }) => agent !== null).length;
  for (const member of surplus) if (hasTime() && (await recycle(ports, member))) counts.poolRecycled += 1;
  const added: PoolMember[] = [];
  for (const { pool: wanted, place } of empty) {
    const member = newMember(wanted, place, clock.now());
    if (hasTime() && (await pool.add(member))) added.push(member);
  }
  for (const member of [...unlaunched, ...added]) {
    if (!hasTime()) break;
    try {
      counts[(await launchMember(ports, member)) ? 'poolLaunched' : 'poolNoRoom'] += 1;
    } catch (error) {
      // Its token makes the next minute's launch the same one.
      log.error('reaper', { event: 'pool.launch', outcome: 'failed', memberId: member.member_id, error });
      if (error instanceof SandboxError && error.code === 'rate_limited') break;
    }
  }
  return counts;
}
