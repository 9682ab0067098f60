import { deploymentRecords } from '../aws/dynamodb/deployment-records.ts';
import { healthRecords } from '../aws/dynamodb/health-records.ts';
import { userQuotas } from '../aws/dynamodb/use/user-quotas.ts';
import { ecsClient } from '../aws/ecs/ecs-client.ts';
import { ecsTasks } from '../aws/ecs/tasks.ts';
import { homes } from '../aws/s3/homes.ts';
import { storedObjects } from '../aws/s3/stored-objects.ts';
import { readConfig } from '../config.ts';
import { announcedPools, announcedRecords, tellingOf } from './announced-moves.ts';
import { bucketOf, deploymentOf, logOf, placementOf, poolsOf, tableOf } from './from-settings.ts';

/** For running and stopping tasks. */
export function lifecycleServices(config = readConfig('lifecycle')) {
  const { clock } = config;
  const table = tableOf(config);
  const bucket = bucketOf(config);
  const tasks = ecsTasks(ecsClient(), placementOf(config));
  const log = logOf(config);
  const telling = tellingOf(config, log);
  const records = announcedRecords(table, telling);
  const ports = {
    clock,
    records,
    tasks,
    pools: poolsOf(config),
    pool: announcedPools(table, telling),
    health: healthRecords(table),
    quotas: userQuotas(table),
    operators: deploymentRecords(table),
    deployment: deploymentOf(config),
    homes: homes(bucket),
    objects: storedObjects(bucket),
  };
  return { ports, clock, log, corsOrigins: config.MATRX_CORS_ORIGINS };
}
