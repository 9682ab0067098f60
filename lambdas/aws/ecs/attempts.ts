import type { Placement } from './launch-task.ts';

/** Where one attempt to launch a task goes. */
export interface Target {
  readonly capacity: Placement['capacity'][number];
  readonly subnet: string;
  /** The attempt after one that found no room here. */
  readonly elsewhere: number | undefined;
  /** The attempt after one that has used up what the account may have of this capacity. */
  readonly otherCapacity: number | undefined;
}

// Zones run out of room each on their own; a region that has none in three has none.
const mostSubnets = 3;

/** Ids end at random: launches spread over the subnets by that. */
const offsetOf = (sandboxId: string): number => sandboxId.charCodeAt(sandboxId.length - 1);

/** Each kind of capacity in its order, and each of them in several subnets. Attempts count from 1. */
export function targetOf({ capacity, subnets }: Placement, sandboxId: string, attempt: number): Target {
  const perKind = Math.min(mostSubnets, subnets.length);
  const last = capacity.length * perKind;
  const index = Math.min(attempt, last) - 1;
  const kind = Math.floor(index / perKind);
  const firstOfNext = (kind + 1) * perKind + 1;
  return {
    capacity: capacity[kind] ?? 'on-demand',
    subnet: subnets[(offsetOf(sandboxId) + (index % perKind)) % subnets.length] ?? '',
    elsewhere: attempt < last ? attempt + 1 : undefined,
    otherCapacity: firstOfNext <= last ? firstOfNext : undefined,
  };
}
