import { deploymentRecords } from '../aws/dynamodb/deployment-records.ts';
import { poolRecords } from '../aws/dynamodb/pools/pool-records.ts';
import { machinePoints } from '../aws/dynamodb/sandboxes/machine-points.ts';
import { sandboxRecords } from '../aws/dynamodb/sandboxes/sandbox-records.ts';
import { rateWindows } from '../aws/dynamodb/use/rate-windows.ts';
import { usageRecords } from '../aws/dynamodb/use/usage-records.ts';
import { userQuotas } from '../aws/dynamodb/use/user-quotas.ts';
import { logsClient, sandboxLogs } from '../aws/logs/sandbox-logs.ts';
import { readConfig } from '../config.ts';
import { deploymentOf, logOf, poolsOf, tableOf } from './from-settings.ts';

/** For reading records. */
export function queryServices(config = readConfig('query')) {
  const { clock } = config;
  const table = tableOf(config);
  const ports = {
    clock,
    records: sandboxRecords(table, clock),
    quotas: userQuotas(table),
    windows: rateWindows(table),
    operators: deploymentRecords(table),
    usage: usageRecords(table),
    points: machinePoints(table),
    logs: sandboxLogs(logsClient(), config.MATRX_LOG_GROUP),
    pools: poolsOf(config),
    pool: poolRecords(table, clock),
    deployment: deploymentOf(config),
  };
  return { ports, clock, log: logOf(config), corsOrigins: config.MATRX_CORS_ORIGINS };
}
