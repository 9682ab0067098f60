import { poolRecords } from '../aws/dynamodb/pools/pool-records.ts';
import { ecsClient } from '../aws/ecs/ecs-client.ts';
import { taskStops } from '../aws/ecs/tasks.ts';
import { readConfig } from '../config.ts';
import { announcedRecords, tellingOf } from './announced-moves.ts';
import { logOf, tableOf } from './from-settings.ts';

/** For the events of tasks. */
export function settleTaskServices(config = readConfig('settle-task')) {
  const { clock } = config;
  const log = logOf(config);
  const table = tableOf(config);
  const records = announcedRecords(table, tellingOf(config, log));
  const pool = poolRecords(table, clock);
  return { ports: { clock, records, pool, tasks: taskStops(ecsClient(), config.MATRX_CLUSTER) }, log };
}
