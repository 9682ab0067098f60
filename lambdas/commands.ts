import { accessRoutes } from '../contract/api/access.ts';
import { commandControlRoutes } from '../contract/api/commands/command-control.ts';
import { commandRoutes } from '../contract/api/commands/commands.ts';
import { fileRoutes } from '../contract/api/files/files.ts';
import { transferRoutes } from '../contract/api/files/transfers.ts';
import { storageRoutes } from '../contract/api/storage.ts';
import { endpoint } from './http/endpoint.ts';
import { commandOperations } from './operations/command-operations.ts';
import { commandsServices } from './services/commands-services.ts';

export const handler = endpoint(
  'commands',
  { ...accessRoutes, ...commandControlRoutes, ...commandRoutes, ...fileRoutes, ...storageRoutes, ...transferRoutes },
  commandsServices(),
  commandOperations,
);
