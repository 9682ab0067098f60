import type { Head } from '../../../../contract/home/head.ts';
import type { Homes } from '../ports.ts';

// A name takes about a hundred bytes of memory.
const mostNames = 4_000_000;

/** Something about a home because of which nothing of it may be collected. */
class NotCollectable extends Error {
  override readonly name = 'NotCollectable';
}

/** The checkpoints that a save may be built on, or somebody may begin with. */
export const namedCheckpoints = ({ checkpoints, dropped }: Head): ReadonlySet<string> =>
  new Set([...checkpoints, ...dropped].map(({ checkpoint_id }) => checkpoint_id));

/** The blobs that any of these checkpoints names. Throws NotCollectable where one can't be read: nobody knows then what it names. */
export async function namedBlobs(
  homes: Pick<Homes, 'manifest'>,
  userId: string,
  checkpointIds: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const id of checkpointIds) {
    const manifest = await homes.manifest(userId, id);
    if (manifest === undefined) throw new NotCollectable(`${id} is named, and is not there`);
    for (const { sha256 } of manifest.blobs) names.add(sha256);
    if (names.size > mostNames) throw new NotCollectable(`more than ${mostNames} blobs are named`);
  }
  return names;
}
