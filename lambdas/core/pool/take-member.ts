import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { applyEvent } from '../sandboxes/life/apply-event.ts';
import type { CreatingRecord, SandboxRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';
import { type IdleMember, isIdle, type Pool, type PoolMembers } from './ports.ts';

export interface TakePorts {
  readonly pool: Pick<PoolMembers, 'of' | 'handOver'>;
  readonly clock: Clock;
}

// Others take at the same time: whoever was slower so often is as fast without a pool.
const attempts = 4;

/** The pool that has machines for a sandbox, if there is one. */
export const poolFor = (pools: readonly Pool[], { template, size }: CreatingRecord): Pool | undefined =>
  pools.find((pool) => pool.template === template && pool.size === size.name && size.disk_gb === limits.diskGb.default);

/** The record with the machine, if the member is the pool's as it is meant to be now. */
function handedOver(record: CreatingRecord, { task, agent }: IdleMember, nowMs: number): SandboxRecord | undefined {
  const owned = { arn: task.arn, id: task.id, launched_at: isoTime(nowMs), event_version: 0 };
  return applyEvent(record, { name: 'handed_over', task: owned, agent }, nowMs);
}

/**
 * Gives a sandbox a machine that waits: one write takes it out of its pool and puts it into the record, so that no two sandboxes get
 * one. Undefined when there is none for it; the record is as it was then.
 */
export async function takeMember(
  { pool, clock }: TakePorts,
  record: CreatingRecord,
  wanted: Pool,
): Promise<SandboxRecord | undefined> {
  const nowMs = clock.now();
  const isFresh = ({ image, created_at }: IdleMember) =>
    image === wanted.image && Date.parse(created_at) + wanted.maxAgeSeconds * 1000 > nowMs;
  const idle = (await pool.of(wanted)).filter(isIdle).filter(isFresh);
  // Those who take at once begin at different places.
  const first = Math.floor(Math.random() * idle.length);
  for (const member of [...idle.slice(first), ...idle.slice(0, first)].slice(0, attempts)) {
    const next = handedOver(record, member, nowMs);
    if (next !== undefined && (await pool.handOver(member, record, next))) return next;
  }
  return undefined;
}
