import { diffCheckpoints } from '../core/storage/checkpoints/diff-checkpoints.ts';
import { listCheckpointFiles } from '../core/storage/checkpoints/list-checkpoint-files.ts';
import { listCheckpoints } from '../core/storage/checkpoints/list-checkpoints.ts';
import { readCheckpointFile } from '../core/storage/checkpoints/read-checkpoint-file.ts';
import { deleteStorage } from '../core/storage/delete-storage.ts';
import { getStorage } from '../core/storage/get-storage.ts';

/** What is done with what users have stored. */
export const storageOperations = {
  getStorage,
  listCheckpoints,
  diffCheckpoints,
  readCheckpointFile,
  listCheckpointFiles,
  deleteStorage,
};
