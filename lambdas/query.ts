import { routes } from '../contract/api/routes.ts';
import { endpoint } from './http/endpoint.ts';
import { queryOperations } from './operations/query-operations.ts';
import { queryServices } from './services/query-services.ts';

export const handler = endpoint('query', routes, queryServices(), queryOperations);
