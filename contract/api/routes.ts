import { accessRoutes } from './access.ts';
import { adminRoutes } from './admin.ts';
import { agentRoutes } from './agent-reports.ts';
import { commandControlRoutes } from './command-control.ts';
import { commandRoutes } from './commands.ts';
import { fileRoutes } from './files.ts';
import { logRoutes } from './logs.ts';
import type { Route } from './route.ts';
import { sandboxRoutes } from './sandboxes.ts';
import { serviceRoutes } from './service.ts';
import { storageRoutes } from './storage.ts';
import { transferRoutes } from './transfers.ts';
import { usageRoutes } from './usage.ts';

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
