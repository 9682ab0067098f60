import { storageRoutes } from '../contract/api/storage.ts';
import { endpoint } from './http/endpoint.ts';
import { storageOperations } from './operations/storage-operations.ts';
import { storageServices } from './services/storage-services.ts';

export const handler = endpoint('storage', storageRoutes, storageServices(), storageOperations);
