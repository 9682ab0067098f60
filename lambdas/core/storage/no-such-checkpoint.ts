import { SandboxError } from '../../../contract/api/errors.ts';

/** What a caller gets for a checkpoint that the home does not have, or no longer. */
export const noSuchCheckpoint = (checkpointId: string): SandboxError =>
  new SandboxError('not_found', `no checkpoint ${checkpointId}`, {
    details: { field: 'checkpoint_id', value: checkpointId },
  });
