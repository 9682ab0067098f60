import { agentRoutes } from '../contract/api/agent-reports.ts';
import { endpoint } from './http/endpoint.ts';
import { agentOperations } from './operations/agent-operations.ts';
import { agentServices } from './services/agent-services.ts';

export const handler = endpoint('agent', agentRoutes, agentServices(), agentOperations);
