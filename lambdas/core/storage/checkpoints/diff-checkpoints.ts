import * as z from 'zod';
import { limits } from '../../../../contract/api/limits.ts';
import type { Answer, Call } from '../../operation.ts';
import { cursorOf, readCursor } from '../cursors.ts';
import { assertOwnStorage } from '../own-storage.ts';
import type { Homes } from '../ports.ts';
import { compareHomes, type Difference } from './compare-homes.ts';
import { keptManifest } from './kept-manifest.ts';
import { type PathIndex, pathIndex } from './path-index.ts';

const Key = z.string().max(limits.pathBytes);

/** Compares two checkpoints of a home. They never change, so that a cursor goes on exactly where it was. */
export async function diffCheckpoints(
  { homes }: { readonly homes: Pick<Homes, 'head' | 'manifest'> },
  { caller, params, query, note }: Call<'diffCheckpoints'>,
): Promise<Answer<'diffCheckpoints'>> {
  const { user_id: userId, checkpoint_id: from, other_id: to } = params;
  assertOwnStorage(caller, userId);
  note({ userId, checkpointId: from });
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, Key);
  // One after the other: each can take a large part of the memory until it is read.
  const indexOf = async (id: string): Promise<PathIndex> => pathIndex(await keptManifest(homes, userId, id));
  const all = compareHomes(await indexOf(from), await indexOf(to));
  const countOf = (kind: Difference['change']['change']) => all.filter(({ change }) => change.change === kind).length;
  const rest = after === undefined ? all : all.filter(({ key }) => key > after);
  const page = rest.slice(0, query.limit);
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    body: {
      from,
      to,
      added: countOf('added'),
      removed: countOf('removed'),
      changed: countOf('changed'),
      changes: page.map(({ change }) => change),
      next_cursor: last ? cursorOf(last.key) : null,
    },
  };
}
