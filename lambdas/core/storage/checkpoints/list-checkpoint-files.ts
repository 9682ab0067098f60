import * as z from 'zod';
import type { FileEntry } from '../../../../contract/api/files/file-entry.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { Entry } from '../../../../contract/home/manifest.ts';
import type { Answer, Call } from '../../operation.ts';
import { isoTime } from '../../time.ts';
import { cursorOf, readCursor } from '../cursors.ts';
import { assertOwnStorage } from '../own-storage.ts';
import type { Homes } from '../ports.ts';
import { entryAt, rootKey, wrongType } from './entry-at.ts';
import { keptManifest } from './kept-manifest.ts';
import { nameKey, pathIndex, shownKey } from './path-index.ts';

const Key = z.string().max(limits.pathBytes);
// Whoever restores it owns it.
const owner = 1_000;

const linkOf = (entry: Entry) =>
  entry.type === 'symlink' ? { symlink_target: entry.target, symlink_target_base64: entry.target_base64 } : {};

const fileEntry = (key: string, entry: Entry): FileEntry => ({
  ...shownKey(key, 'path'),
  ...shownKey(nameKey(key), 'name'),
  type: entry.type,
  size: entry.type === 'file' ? entry.size : 0,
  mode: entry.mode.toString(8).padStart(3, '0'),
  owner,
  group: owner,
  modified_at: isoTime(Math.floor(entry.mtime_us / 1_000)),
  ...linkOf(entry),
});

const depthBelow = (prefix: string, key: string): number => key.slice(prefix.length).split('/').length;

/** Lists a folder of a checkpoint, in the order of the paths. Throws `not_found`, `file_not_found`, `wrong_file_type`. */
export async function listCheckpointFiles(
  { homes }: { readonly homes: Pick<Homes, 'head' | 'manifest'> },
  { caller, params, query, note }: Call<'listCheckpointFiles'>,
): Promise<Answer<'listCheckpointFiles'>> {
  const { user_id: userId, checkpoint_id } = params;
  assertOwnStorage(caller, userId);
  note({ userId, checkpointId: checkpoint_id });
  const after = query.cursor === undefined ? '' : readCursor(query.cursor, Key);
  const index = pathIndex(await keptManifest(homes, userId, checkpoint_id));
  const [folder, entry] = entryAt(index, query);
  if (entry.type !== 'directory') throw wrongType(query, entry, 'directory');
  const prefix = folder === rootKey ? '' : `${folder}/`;
  const isListed = (key: string) =>
    key !== rootKey && key.startsWith(prefix) && key > after && depthBelow(prefix, key) <= query.depth;
  const keys = [...index.keys()].filter(isListed);
  const page = keys.slice(0, query.limit);
  const entries = page.flatMap((key) => {
    const found = index.get(key);
    return found === undefined ? [] : [fileEntry(key, found)];
  });
  const last = keys.length > page.length ? page.at(-1) : undefined;
  return { status: 200, body: { entries, next_cursor: last === undefined ? null : cursorOf(last) } };
}
