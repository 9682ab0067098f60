import { accessRoutes } from '../contract/api/access.ts';
import { commandControlRoutes } from '../contract/api/command-control.ts';
import { commandRoutes } from '../contract/api/commands.ts';
import { fileRoutes } from '../contract/api/files.ts';
import { storageRoutes } from '../contract/api/storage.ts';
import { transferRoutes } from '../contract/api/transfers.ts';
import { endpoint } from './http/endpoint.ts';
import { commandOperations } from './operations/command-operations.ts';
import { commandServices } from './services.ts';

export const handler = endpoint(
  'commands',
  { ...accessRoutes, ...commandControlRoutes, ...commandRoutes, ...fileRoutes, ...storageRoutes, ...transferRoutes },
  commandServices(),
  commandOperations,
);
