import type { Pool, PoolMember } from './ports.ts';

/** What is to be done for the pools to be as they are meant to be. */
export interface PoolWork {
  /** Those that nobody wants any more, or that never came to anything. */
  readonly surplus: readonly PoolMember[];
  /** Those whose launch nobody has written down. */
  readonly unlaunched: readonly PoolMember[];
  /** Places without a member. */
  readonly empty: readonly { readonly pool: Pool; readonly place: number }[];
}

// A machine whose agent has not said hello by then never will.
const startMs = 600_000;

function isWanted(member: PoolMember, pools: readonly Pool[], nowMs: number): boolean {
  const pool = pools.find(({ template, size }) => template === member.template && size === member.size);
  if (pool === undefined || member.place >= pool.count || member.image !== pool.image) return false;
  const ageMs = nowMs - Date.parse(member.created_at);
  return ageMs < (member.agent === null ? startMs : pool.maxAgeSeconds * 1000);
}

/** Compares the pools that are meant to be with the members there are. Pure. */
export function poolWork(pools: readonly Pool[], members: readonly PoolMember[], nowMs: number): PoolWork {
  const wanted = members.filter((member) => isWanted(member, pools, nowMs));
  const isTaken = ({ template, size }: Pool, place: number): boolean =>
    wanted.some((member) => member.template === template && member.size === size && member.place === place);
  return {
    surplus: members.filter((member) => !wanted.includes(member)),
    unlaunched: wanted.filter(({ task }) => task === null),
    empty: pools.flatMap((pool) =>
      Array.from({ length: pool.count }, (_, place) => ({ pool, place })).filter(({ place }) => !isTaken(pool, place)),
    ),
  };
}
