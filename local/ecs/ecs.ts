import { type AfterAction, type BeforeAction, createJsonService, type JsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import { describeTaskDefinition } from './actions/describe-task-definition.ts';
import { describeTasks } from './actions/describe-tasks.ts';
import { executeCommand } from './actions/execute-command.ts';
import { listTasks } from './actions/list-tasks.ts';
import { registerTaskDefinition } from './actions/register-task-definition.ts';
import { runTask } from './actions/run-task.ts';
import { stopTask } from './actions/stop-task.ts';
import type { Cluster } from './cluster.ts';

export interface EcsOptions {
  readonly principals: Principals;
  /** Run around each operation: see `JsonServiceOptions`. */
  readonly before: BeforeAction;
  readonly after: AfterAction;
}

/** ECS on the wire, for one cluster. */
export function createEcs(cluster: Cluster, { principals, before, after }: EcsOptions): JsonService {
  const { clock, settings } = cluster.options;
  return createJsonService({
    target: 'AmazonEC2ContainerServiceV20141113',
    service: 'ecs',
    region: settings.region,
    principals,
    clock,
    jsonVersion: '1.1',
    internalError: 'ServerException',
    before,
    after,
    actions: {
      DescribeTaskDefinition: describeTaskDefinition(cluster),
      DescribeTasks: describeTasks(cluster),
      ExecuteCommand: executeCommand(cluster),
      ListTasks: listTasks(cluster),
      RegisterTaskDefinition: registerTaskDefinition(cluster),
      RunTask: runTask(cluster),
      StopTask: stopTask(cluster),
    },
  });
}
