import { accessRoutes } from './access.ts';
import { agentRoutes } from './agent-reports.ts';
import { commandControlRoutes } from './commands/command-control.ts';
import { commandRoutes } from './commands/commands.ts';
import { fileRoutes } from './files/files.ts';
import { transferRoutes } from './files/transfers.ts';
import type { Route } from './route.ts';
import { logRoutes } from './sandboxes/logs.ts';
import { sandboxRoutes } from './sandboxes/sandboxes.ts';
import { serviceRoutes } from './service.ts';
import { storageRoutes } from './storage.ts';
import { adminRoutes } from './use/admin.ts';
import { usageRoutes } from './use/usage.ts';

/** Every route of the HTTP API, by its name. */
export const routes = {
  ...sandboxRoutes,
  ...commandRoutes,
  ...commandControlRoutes,
  ...fileRoutes,
  ...storageRoutes,
  ...transferRoutes,
  ...accessRoutes,
  ...logRoutes,
  ...usageRoutes,
  ...adminRoutes,
  ...serviceRoutes,
  ...agentRoutes,
};

export type RouteName = keyof typeof routes;

/** The same table, seen as rows. */
export const routeRows: readonly (readonly [RouteName, Route])[] = Object.entries(routes) as [RouteName, Route][];
