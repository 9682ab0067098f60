import * as z from 'zod';
import { limits } from '../../../contract/api/limits.ts';
import { type Tier, tiers } from '../../../contract/api/storage.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { timeFor } from '../time-limit.ts';
import { cursorOf, readCursor } from './cursors.ts';
import { assertOwnStorage } from './own-storage.ts';
import type { Homes, StoredObjects } from './ports.ts';
import { tierPrefix } from './tier-prefix.ts';

export interface StoragePorts {
  readonly homes: Pick<Homes, 'head'>;
  readonly objects: Pick<StoredObjects, 'list'>;
  readonly clock: Clock;
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const sums = z.object({ bytes: count, objects: count });

/** How far a count has come, with its sums: so it goes on in whatever environment. */
const Place = z.strictObject({
  tier: z.enum(tiers),
  /** Behind this key of the tier. */
  after: z.string().max(1_024).optional(),
  hot: sums,
  cold: sums,
  outputs: sums,
});
type Place = z.infer<typeof Place>;

// A page is a tenth of a second: a tier of a million objects is counted by a few calls.
const budgetMs = limits.storageSeconds * 1_000;

const nothing = { bytes: 0, objects: 0 };
const next: Readonly<Record<Tier, Tier | undefined>> = { hot: 'cold', cold: 'outputs', outputs: undefined };

/** One page more; undefined at the end. */
async function countPage(
  { objects }: StoragePorts,
  userId: string,
  place: Place,
): Promise<readonly [Place, 'more' | 'done']> {
  const { tier, after } = place;
  const prefix = tierPrefix(userId, tier);
  const page = await objects.list(prefix, after === undefined ? undefined : prefix + after);
  const counted = {
    bytes: page.objects.reduce((sum, { size }) => sum + size, place[tier].bytes),
    objects: place[tier].objects + page.objects.length,
  };
  const last = page.objects.at(-1)?.key.slice(prefix.length);
  if (page.more) return [{ ...place, [tier]: counted, after: last }, 'more'];
  const following = next[tier];
  const { after: _, ...begun } = { ...place, [tier]: counted };
  return following === undefined ? [begun, 'done'] : [{ ...begun, tier: following }, 'more'];
}

/**
 * Counts what a user has stored, object by object, for a bounded time; the answer says whether that is all, and its cursor counts
 * on. Throws `not_found`, `invalid_request` for a cursor of somebody else's making, `storage_unavailable`.
 */
export async function getStorage(ports: StoragePorts, call: Call<'getStorage'>): Promise<Answer<'getStorage'>> {
  const { caller, params, query, note, signal } = call;
  const userId = params.user_id;
  assertOwnStorage(caller, userId);
  const hasTime = timeFor(budgetMs, ports.clock);
  const found = await ports.homes.head(userId);
  let place: Place =
    query.cursor === undefined
      ? { tier: 'hot', hot: nothing, cold: nothing, outputs: nothing }
      : readCursor(query.cursor, Place);
  let state: 'more' | 'done';
  do [place, state] = await countPage(ports, userId, place);
  while (state === 'more' && hasTime() && !signal.aborted);
  note({ userId, objects: tiers.reduce((sum, tier) => sum + place[tier].objects, 0), complete: state === 'done' });
  return {
    status: 200,
    body: {
      user_id: userId,
      hot: place.hot,
      cold: place.cold,
      outputs: place.outputs,
      last_saved_at: found?.head.checkpoints[0]?.saved_at ?? null,
      checkpoints: found?.head.checkpoints.length ?? 0,
      complete: state === 'done',
      next_cursor: state === 'done' ? null : cursorOf(place),
    },
  };
}
