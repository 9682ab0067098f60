import type { Manifest } from '../../../../contract/home/manifest.ts';
import { noSuchCheckpoint } from '../no-such-checkpoint.ts';
import type { Homes } from '../ports.ts';

/**
 * What a checkpoint of a user's holds. One that the head doesn't name does not exist, whatever lies there: it may be half
 * written, or about to be collected. Throws `not_found`, `storage_unavailable`.
 */
export async function keptManifest(
  homes: Pick<Homes, 'head' | 'manifest'>,
  userId: string,
  checkpointId: string,
): Promise<Manifest> {
  const kept = (await homes.head(userId))?.head.checkpoints ?? [];
  if (!kept.some(({ checkpoint_id }) => checkpoint_id === checkpointId)) throw noSuchCheckpoint(checkpointId);
  const manifest = await homes.manifest(userId, checkpointId);
  if (manifest === undefined) throw noSuchCheckpoint(checkpointId);
  return manifest;
}
