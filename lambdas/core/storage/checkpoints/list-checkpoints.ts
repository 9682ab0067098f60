import { CheckpointId } from '../../../../contract/api/identifiers.ts';
import type { Answer, Call } from '../../operation.ts';
import { cursorOf, readCursor } from '../cursors.ts';
import { assertOwnStorage } from '../own-storage.ts';
import type { Homes } from '../ports.ts';

/** Lists the checkpoints of a home, newest first. One that goes meanwhile leaves the rest as they are. */
export async function listCheckpoints(
  { homes }: { readonly homes: Pick<Homes, 'head'> },
  { caller, params, query, note }: Call<'listCheckpoints'>,
): Promise<Answer<'listCheckpoints'>> {
  const { limit, cursor } = query;
  assertOwnStorage(caller, params.user_id);
  note({ userId: params.user_id });
  const after = cursor === undefined ? undefined : readCursor(cursor, CheckpointId);
  const kept = (await homes.head(params.user_id))?.head.checkpoints ?? [];
  const place = kept.findIndex(({ checkpoint_id }) => checkpoint_id === after);
  // Ids sort by age: where the one at the cursor is gone, those that are older go on.
  const rest =
    place >= 0 ? kept.slice(place + 1) : kept.filter((one) => after === undefined || one.checkpoint_id < after);
  const checkpoints = rest.slice(0, limit);
  const last = rest.length > limit ? checkpoints.at(-1) : undefined;
  return { status: 200, body: { checkpoints, next_cursor: last ? cursorOf(last.checkpoint_id) : null } };
}
