import type * as z from 'zod';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { CreateSandbox } from '../../../contract/api/sandboxes/sandboxes.ts';
import type { CheckpointSummary } from '../../../contract/home/head.ts';
import type { UserCaller } from '../caller.ts';
import { ifOwned, noSuchSandbox } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { noSuchCheckpoint } from './no-such-checkpoint.ts';
import type { Homes } from './ports.ts';

export interface OriginPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly homes: Pick<Homes, 'head'>;
}

type Origin = NonNullable<z.output<typeof CreateSandbox>['from']>;

/** What a sandbox saved last; where it has saved nothing, what it began with. Its checkpoints outlive its record. */
async function savedBy(
  { records }: OriginPorts,
  sandboxId: string,
  kept: readonly CheckpointSummary[],
  { caller, userId }: { readonly caller: UserCaller; readonly userId: string },
): Promise<string> {
  const saved = kept.find(({ sandbox_id }) => sandbox_id === sandboxId);
  if (saved !== undefined) return saved.checkpoint_id;
  const record = ifOwned(await records.get(sandboxId), sandboxId, caller);
  if (record.user_id !== userId) throw noSuchSandbox(sandboxId);
  const begun = kept.find(({ checkpoint_id }) => checkpoint_id === record.home?.checkpoint_id);
  if (begun !== undefined) return begun.checkpoint_id;
  throw new SandboxError('conflict', `${sandboxId} has saved nothing of its home that is still kept`, {
    details: { field: 'from.sandbox_id', value: sandboxId, rule: 'expected a sandbox with a checkpoint' },
  });
}

/**
 * The checkpoint that a home is to begin with, among those of that user: nobody's home begins with another's. Throws `not_found`,
 * `conflict` for a sandbox that has saved nothing, `storage_unavailable`.
 */
export async function findOrigin(
  ports: OriginPorts,
  { checkpoint_id, sandbox_id }: Origin,
  whose: { readonly caller: UserCaller; readonly userId: string },
): Promise<string> {
  const kept = (await ports.homes.head(whose.userId))?.head.checkpoints ?? [];
  if (sandbox_id !== undefined) return await savedBy(ports, sandbox_id, kept, whose);
  const found = kept.find((one) => one.checkpoint_id === checkpoint_id);
  if (found === undefined) throw noSuchCheckpoint(checkpoint_id ?? '');
  return found.checkpoint_id;
}
