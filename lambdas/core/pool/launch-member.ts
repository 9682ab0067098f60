import { limits } from '../../../contract/api/limits.ts';
import { sizes } from '../../../contract/api/sandboxes/sizes.ts';
import type { Clock } from '../../../contract/clock.ts';
import { newId } from '../ids.ts';
import type { Pace } from '../reaper/pace.ts';
import type { Launch, Tasks } from '../sandboxes/task-ports.ts';
import { isoTime } from '../time.ts';
import type { Pool, PoolMember, PoolMembers } from './ports.ts';

export interface LaunchMemberPorts {
  readonly pool: Pick<PoolMembers, 'add' | 'noteTask' | 'remove'>;
  readonly tasks: Pick<Tasks, 'launch' | 'stop'>;
  readonly clock: Clock;
  readonly changes: Pace;
}

const launchOf = ({ member_id, template, size }: PoolMember, attempt: number): Launch => ({
  sandboxId: member_id,
  token: `${member_id}-${attempt}`,
  attempt,
  template,
  cpu: sizes[size].cpu,
  memoryMb: sizes[size].memory_mb,
  diskGb: limits.diskGb.default,
});

/** A member for an empty place, not yet launched. */
export const newMember = ({ template, size, image }: Pool, place: number, nowMs: number): PoolMember => ({
  member_id: newId('pol', nowMs),
  template,
  size,
  place,
  image,
  created_at: isoTime(nowMs),
  task: null,
  agent: null,
});

/**
 * Launches a member's machine and writes it down; harmless to repeat. Answers false when there is no room for it: its place is empty
 * again then. Throws `unavailable` when nobody knows what came of it.
 */
export async function launchMember(
  { pool, tasks, clock, changes }: LaunchMemberPorts,
  member: PoolMember,
): Promise<boolean> {
  for (let attempt: number | undefined = 1; attempt !== undefined; ) {
    await changes();
    const launched = await tasks.launch(launchOf(member, attempt));
    if (launched.kind === 'accepted') {
      const task = { ...launched.task, launched_at: isoTime(clock.now()) };
      // Somebody else may have written it down, or given its place away; then the sweep stops it.
      return await pool.noteTask(member, task);
    }
    attempt = launched.nextAttempt;
  }
  await pool.remove(member);
  return false;
}
