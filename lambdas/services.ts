// Composition: what each function works with, made once per environment.

import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Clock } from '../contract/clock.ts';
import { agentChannel } from './aws/channel/agent-channel.ts';
import { clientChannels } from './aws/channel/client-channels.ts';
import { openChannel } from './aws/channel/kept/open-channel.ts';
import { endSession } from './aws/channel/kept/sessions.ts';
import { ssmCalls } from './aws/channel/ssm/ssm-calls.ts';
import { accessRecords } from './aws/dynamodb/access-records.ts';
import { commandRecords } from './aws/dynamodb/commands/command-records.ts';
import { outcomeReports } from './aws/dynamodb/commands/outcome-reports.ts';
import { deploymentRecords } from './aws/dynamodb/deployment-records.ts';
import { documentClient, type Table } from './aws/dynamodb/document-client.ts';
import { healthRecords } from './aws/dynamodb/health-records.ts';
import { poolRecords } from './aws/dynamodb/pools/pool-records.ts';
import { cursors } from './aws/dynamodb/sandboxes/cursors.ts';
import { dueRecords } from './aws/dynamodb/sandboxes/due-records.ts';
import { machinePoints } from './aws/dynamodb/sandboxes/machine-points.ts';
import { sandboxRecords } from './aws/dynamodb/sandboxes/sandbox-records.ts';
import { lentSlots } from './aws/dynamodb/slots/lent-slots.ts';
import { offeredOrders } from './aws/dynamodb/slots/offered-orders.ts';
import { slotLeases } from './aws/dynamodb/slots/slot-leases.ts';
import { slotLine } from './aws/dynamodb/slots/slot-line.ts';
import { uploadRecords } from './aws/dynamodb/upload-records.ts';
import { rateWindows } from './aws/dynamodb/use/rate-windows.ts';
import { usageRecords } from './aws/dynamodb/use/usage-records.ts';
import { userQuotas } from './aws/dynamodb/use/user-quotas.ts';
import { ecsClient, execClient } from './aws/ecs/ecs-client.ts';
import type { Placement } from './aws/ecs/launch-task.ts';
import { taskLookups } from './aws/ecs/task-lookups.ts';
import { ecsTasks, taskStops } from './aws/ecs/tasks.ts';
import { eventBridge, eventBridgeClient, poolTaken } from './aws/events/announce.ts';
import { logsClient, sandboxLogs } from './aws/logs/sandbox-logs.ts';
import { homes } from './aws/s3/homes.ts';
import { keptOutputs } from './aws/s3/kept-outputs.ts';
import { s3Client } from './aws/s3/s3-client.ts';
import { storedObjects } from './aws/s3/stored-objects.ts';
import { transferStorage } from './aws/s3/transfer-storage.ts';
import { storageSessions, stsClient } from './aws/sts/storage-sessions.ts';
import { type Config, readConfig } from './config.ts';
import { announcedPool } from './core/pool/announced-pool.ts';
import { handOver } from './core/pool/hand-over.ts';
import type { Pool, PoolMembers } from './core/pool/ports.ts';
import type { Deployment, Log, SandboxRecords } from './core/ports.ts';
import { CommandPermits } from './core/quotas/command-permits.ts';
import { deploymentQuota } from './core/quotas/quota-of-user.ts';
import { announced, teller } from './core/sandboxes/life/announced.ts';
import { jsonLog } from './log.ts';
import { measuredLog } from './measured-log.ts';

const tableOf = (config: { readonly MATRX_TABLE: string }) => ({
  documents: documentClient(),
  name: config.MATRX_TABLE,
});

const bucketOf = (config: { readonly MATRX_BUCKET: string }) => ({ client: s3Client(), name: config.MATRX_BUCKET });

const logOf = (config: { readonly MATRX_NAME: string }) => measuredLog(jsonLog(), config.MATRX_NAME);

interface Telling {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventBridgeClient;
  readonly deployment: string;
}

const tellingOf = (config: { readonly clock: Clock; readonly MATRX_NAME: string }, log: Log): Telling => ({
  clock: config.clock,
  log,
  events: eventBridgeClient(),
  deployment: config.MATRX_NAME,
});

/** The records, for whoever moves sandboxes from state to state: each move is told. */
function announcedRecords(table: Table, { clock, log, events, deployment }: Telling): SandboxRecords {
  const records = sandboxRecords(table, clock);
  return { ...records, ...announced(records, { announce: eventBridge(events, deployment), clock, log }) };
}

/** The pools, for whoever gives sandboxes machines of theirs. */
function announcedPools(table: Table, { clock, log, events, deployment }: Telling): PoolMembers {
  const pool = poolRecords(table, clock);
  const tell = teller({ announce: eventBridge(events, deployment), clock, log });
  return { ...pool, ...announcedPool(pool, { tell, announceTaken: poolTaken(events, deployment) }) };
}

const placementOf = (config: Config<'lifecycle'> | Config<'reap'>): Placement => ({
  cluster: config.MATRX_CLUSTER,
  subnets: config.MATRX_SUBNETS,
  securityGroups: config.MATRX_SECURITY_GROUPS,
  publicAddresses: config.MATRX_PLACEMENT.public_addresses,
  capacity: config.MATRX_PLACEMENT.capacity,
  taskDefinitions: new Map(
    Object.entries(config.MATRX_TEMPLATES).map(([name, template]) => [name, template.task_definition]),
  ),
});

/** A pool of a template that is no more is none. */
const poolsOf = ({
  MATRX_POOL,
  MATRX_TEMPLATES,
}: Config<'query'> | Config<'lifecycle'> | Config<'reap'>): readonly Pool[] =>
  MATRX_POOL.flatMap(({ template, size, count, max_age_minutes }) => {
    const image = MATRX_TEMPLATES[template]?.task_definition;
    return image === undefined ? [] : [{ template, size, count, maxAgeSeconds: max_age_minutes * 60, image }];
  });

const deploymentOf = (config: Config<'query'> | Config<'lifecycle'>): Deployment => ({
  version: config.version,
  templates: new Map(
    Object.entries(config.MATRX_TEMPLATES).map(([name, { description, image_digest }]) => [
      name,
      { description, image_digest },
    ]),
  ),
  quotas: config.MATRX_QUOTAS,
});

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

/** For everything that needs a channel. */
export function commandServices(config = readConfig('commands')) {
  const { clock } = config;
  const table = tableOf(config);
  const log = logOf(config);
  const commands = commandRecords(table, clock);
  const ecs = execClient();
  const sessions = { ecs, ssm: ssmCalls(ecs, { clock }), cluster: config.MATRX_CLUSTER };
  const leases = slotLeases(table, clock);
  const line = slotLine(table, clock);
  const channel = agentChannel({
    clock,
    log,
    leases,
    line,
    orders: offeredOrders(table, clock),
    reports: commands,
    open: (target, options) => openChannel(sessions, target, { clock, ...options }),
    endSession: (sessionId) => endSession(sessions.ssm, sessionId),
  });
  const general = deploymentQuota({ quotas: config.MATRX_QUOTAS });
  const isOffered = config.MATRX_CLIENT_CHANNELS;
  const records = sandboxRecords(table, clock);
  const bucket = bucketOf(config);
  const { MATRX_ROOT_COMMANDS: rootCommands, MATRX_HOMES: homeSettings } = config;
  return {
    ports: {
      clock,
      records,
      handOver: handOver({ records, channel, rootCommands, homeSettings }),
      commands,
      keptOutputs: keptOutputs(bucket),
      permits: new CommandPermits({ windows: rateWindows(table), quotas: userQuotas(table), clock, general }),
      channel,
      uploads: uploadRecords(table),
      storage: transferStorage(bucket, clock),
      access: accessRecords(table),
      rootCommands,
      clientChannels: isOffered ? clientChannels({ sessions, leases, line, clock }) : undefined,
    },
    clock,
    log,
    corsOrigins: config.MATRX_CORS_ORIGINS,
  };
}

/** For what is stored. */
export function storageServices(config = readConfig('storage')) {
  const { clock } = config;
  const bucket = bucketOf(config);
  const ports = {
    clock,
    records: sandboxRecords(tableOf(config), clock),
    homes: homes(bucket),
    objects: storedObjects(bucket),
  };
  return { ports, clock, log: logOf(config), corsOrigins: config.MATRX_CORS_ORIGINS };
}

/** For what agents say. */
export function agentServices(config = readConfig('agent')) {
  const { clock } = config;
  const table = tableOf(config);
  const log = logOf(config);
  const records = announcedRecords(table, tellingOf(config, log));
  const ports = {
    clock,
    records,
    rootCommands: config.MATRX_ROOT_COMMANDS,
    homeSettings: config.MATRX_HOMES,
    pool: poolRecords(table, clock),
    commands: commandRecords(table, clock),
    reports: outcomeReports(table, clock),
    points: machinePoints(table),
    storageSessions: storageSessions(stsClient(), { roleArn: config.MATRX_STORAGE_ROLE, bucket: config.MATRX_BUCKET }),
    lentSlots: config.MATRX_CLIENT_CHANNELS ? lentSlots(table, slotLeases(table, clock)) : undefined,
    log,
  };
  return { ports, clock, log, taskRole: config.MATRX_TASK_ROLE };
}

/** For the events of tasks. */
export function settleServices(config = readConfig('settle-task')) {
  const { clock } = config;
  const log = logOf(config);
  const table = tableOf(config);
  const records = announcedRecords(table, tellingOf(config, log));
  const pool = poolRecords(table, clock);
  return { ports: { clock, records, pool, tasks: taskStops(ecsClient(), config.MATRX_CLUSTER) }, log };
}

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

/** For what is done every hour with what is stored. */
export function tidyServices(config = readConfig('tidy-storage')) {
  const { clock } = config;
  const bucket = bucketOf(config);
  return {
    ports: {
      clock,
      log: logOf(config),
      cursors: cursors(tableOf(config)),
      homes: homes(bucket),
      objects: storedObjects(bucket),
      keep: config.MATRX_HOMES.keep,
    },
  };
}
