import { deploymentRecords } from '../aws/dynamodb/deployment-records.ts';
import { poolRecords } from '../aws/dynamodb/pools/pool-records.ts';
import { cursors } from '../aws/dynamodb/sandboxes/cursors.ts';
import { dueRecords } from '../aws/dynamodb/sandboxes/due-records.ts';
import { ecsClient } from '../aws/ecs/ecs-client.ts';
import { taskLookups } from '../aws/ecs/task-lookups.ts';
import { ecsTasks } from '../aws/ecs/tasks.ts';
import { readConfig } from '../config.ts';
import { announcedRecords, tellingOf } from './announced-moves.ts';
import { logOf, placementOf, poolsOf, tableOf } from './from-settings.ts';

/** For what is done every minute. */
export function reapServices(config = readConfig('reap')) {
  const { clock } = config;
  const log = logOf(config);
  const table = tableOf(config);
  const ecs = ecsClient();
  return {
    ports: {
      clock,
      log,
      records: announcedRecords(table, tellingOf(config, log)),
      dueRecords: dueRecords(table, clock),
      cursors: cursors(table),
      operators: deploymentRecords(table),
      pools: poolsOf(config),
      pool: poolRecords(table, clock),
      tasks: ecsTasks(ecs, placementOf(config)),
      lookups: taskLookups(ecs, config.MATRX_CLUSTER),
    },
  };
}
