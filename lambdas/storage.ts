import { storageRoutes } from '../contract/api/storage.ts';
import { diffCheckpoints } from './core/storage/checkpoints/diff-checkpoints.ts';
import { listCheckpointFiles } from './core/storage/checkpoints/list-checkpoint-files.ts';
import { listCheckpoints } from './core/storage/checkpoints/list-checkpoints.ts';
import { readCheckpointFile } from './core/storage/checkpoints/read-checkpoint-file.ts';
import { deleteStorage } from './core/storage/delete-storage.ts';
import { getStorage } from './core/storage/get-storage.ts';
import { endpoint } from './http/endpoint.ts';
import { storageServices } from './services.ts';

const operations = {
  getStorage,
  listCheckpoints,
  diffCheckpoints,
  readCheckpointFile,
  listCheckpointFiles,
  deleteStorage,
};

export const handler = endpoint('storage', storageRoutes, storageServices(), operations);
