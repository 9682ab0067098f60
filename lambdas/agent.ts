import { agentRoutes } from '../contract/api/agent-reports.ts';
import { complete, reportError } from './core/agent/end-of-work.ts';
import { heartbeat } from './core/agent/heartbeat.ts';
import { hello } from './core/agent/hello.ts';
import { reportOutcomes } from './core/agent/report-outcomes.ts';
import { storageCredentials } from './core/agent/storage-credentials.ts';
import { endpoint } from './http/endpoint.ts';
import { agentServices } from './services.ts';

export const handler = endpoint('agent', agentRoutes, agentServices(), {
  hello,
  heartbeat,
  complete,
  reportError,
  reportOutcomes,
  storageCredentials,
});
