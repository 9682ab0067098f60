import { commandRecords } from '../aws/dynamodb/commands/command-records.ts';
import { outcomeReports } from '../aws/dynamodb/commands/outcome-reports.ts';
import { poolRecords } from '../aws/dynamodb/pools/pool-records.ts';
import { machinePoints } from '../aws/dynamodb/sandboxes/machine-points.ts';
import { lentSlots } from '../aws/dynamodb/slots/lent-slots.ts';
import { slotLeases } from '../aws/dynamodb/slots/slot-leases.ts';
import { storageSessions, stsClient } from '../aws/sts/storage-sessions.ts';
import { readConfig } from '../config.ts';
import { announcedRecords, tellingOf } from './announced-moves.ts';
import { logOf, tableOf } from './from-settings.ts';

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
