import type { Head } from '../../../../contract/home/head.ts';
import { blobOfKey, checkpointOfKey, homeKeys } from '../../../../contract/home/keys.ts';
import { homeLimits } from '../../../../contract/home/limits.ts';
import type { HasTime } from '../../time-limit.ts';
import type { StoredObject } from '../ports.ts';
import { namedBlobs, namedCheckpoints } from './named-blobs.ts';
import type { Tidied, TidyPorts } from './ports.ts';

const graceMs = homeLimits.graceHours * 3_600_000;
const none: ReadonlySet<string> = new Set();

type Sums = Pick<Tidied, 'objectsRemoved' | 'bytesRemoved'>;

/** Goes through a prefix, and removes what is garbage page by page, right after it was looked at. */
async function sweep(
  { objects }: TidyPorts,
  prefix: string,
  isGarbage: (object: StoredObject) => boolean,
  hasTime: HasTime,
): Promise<Sums> {
  let [objectsRemoved, bytesRemoved] = [0, 0];
  let after: string | undefined;
  for (let more = true; more && hasTime(); ) {
    const page = await objects.list(prefix, after);
    const garbage = page.objects.filter(isGarbage);
    await objects.remove(garbage.map(({ key }) => key));
    objectsRemoved += garbage.length;
    bytesRemoved += garbage.reduce((sum, { size }) => sum + size, 0);
    after = page.objects.at(-1)?.key;
    more = page.more;
  }
  return { objectsRemoved, bytesRemoved };
}

/**
 * Removes what no checkpoint of the home names. Safe beside a save: whatever that has written, and the checkpoint it builds on, is
 * younger or was dropped later than the hours of grace, which are longer than a save may take. The head is read before
 * anything is listed, so that a checkpoint made since is young as well. Throws NotCollectable.
 */
export async function collectHome(
  ports: TidyPorts,
  userId: string,
  head: Head | undefined,
  hasTime: HasTime,
): Promise<Sums> {
  const keys = homeKeys(userId);
  const oldMs = ports.clock.now() - graceMs;
  const checkpoints = head === undefined ? none : namedCheckpoints(head);
  const blobs = await namedBlobs(ports.homes, userId, checkpoints);
  const isUnnamed =
    (names: ReadonlySet<string>, nameOf: (key: string) => string | undefined) => (one: StoredObject) => {
      const name = nameOf(one.key);
      return one.modifiedAtMs < oldMs && name !== undefined && !names.has(name);
    };
  // A checkpoint goes before the blobs it names: what is left of it is never half.
  const first = await sweep(ports, keys.manifests, isUnnamed(checkpoints, checkpointOfKey), hasTime);
  const second = await sweep(ports, keys.blobs, isUnnamed(blobs, blobOfKey), hasTime);
  return {
    objectsRemoved: first.objectsRemoved + second.objectsRemoved,
    bytesRemoved: first.bytesRemoved + second.bytesRemoved,
  };
}
