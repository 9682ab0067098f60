import { CheckpointId, SandboxId } from '../../../contract/api/identifiers.ts';
import type { SandboxSettings } from '../../sandbox-info.ts';
import { UsageError } from '../usage-error.ts';

/** What a home is to begin with, by an id of either kind. Throws UsageError. */
export function originOf(id: string | undefined): SandboxSettings['from'] {
  if (id === undefined) return undefined;
  if (CheckpointId.safeParse(id).success) return { checkpointId: id };
  if (SandboxId.safeParse(id).success) return { sandboxId: id };
  throw new UsageError(`--from is "${id.slice(0, 60)}", expected a checkpoint's id (ckp_…) or a sandbox's (sbx_…)`);
}
