import { routes } from '../../../contract/api/routes.ts';
import '../stack/lambda-runtime.ts';
import { endpoint } from '../../../lambdas/http/endpoint.ts';
import { agentOperations } from '../../../lambdas/operations/agent-operations.ts';
import { commandOperations } from '../../../lambdas/operations/command-operations.ts';
import { lifecycleOperations } from '../../../lambdas/operations/lifecycle-operations.ts';
import { queryOperations } from '../../../lambdas/operations/query-operations.ts';
import { storageOperations } from '../../../lambdas/operations/storage-operations.ts';
import { fakeService } from '../stack/sandbox-life.ts';
import { keptLog } from './fakes.ts';
import { playedStorageSessions } from './played-storage-sessions.ts';

/** The API's functions, whole but for their ports. */
export function fakeFunctions() {
  const life = fakeService();
  const log = keptLog();
  const ports = { ...life.ports, log, storageSessions: playedStorageSessions };
  const services = { ports, clock: life.clock, log };
  const taskRole = { accountId: '000000000000', roleId: 'AROATASK' };
  const functions = {
    query: endpoint('query', routes, services, queryOperations),
    lifecycle: endpoint('lifecycle', routes, services, lifecycleOperations),
    commands: endpoint('commands', routes, services, commandOperations),
    storage: endpoint('storage', routes, services, storageOperations),
    agent: endpoint('agent', routes, { ...services, taskRole }, agentOperations),
  };
  return { ...life, log, functions };
}
