import { sandboxRoutes } from '../contract/api/sandboxes/sandboxes.ts';
import { serviceRoutes } from '../contract/api/service.ts';
import { adminRoutes } from '../contract/api/use/admin.ts';
import { endpoint } from './http/endpoint.ts';
import { lifecycleOperations } from './operations/lifecycle-operations.ts';
import { lifecycleServices } from './services/lifecycle-services.ts';

export const handler = endpoint(
  'lifecycle',
  { ...adminRoutes, ...sandboxRoutes, ...serviceRoutes },
  lifecycleServices(),
  lifecycleOperations,
);
