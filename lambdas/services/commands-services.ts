import { agentChannel } from '../aws/channel/agent-channel.ts';
import { clientChannels } from '../aws/channel/client-channels.ts';
import { openChannel } from '../aws/channel/kept/open-channel.ts';
import { endSession } from '../aws/channel/kept/sessions.ts';
import { ssmCalls } from '../aws/channel/ssm/ssm-calls.ts';
import { accessRecords } from '../aws/dynamodb/access-records.ts';
import { commandRecords } from '../aws/dynamodb/commands/command-records.ts';
import { sandboxRecords } from '../aws/dynamodb/sandboxes/sandbox-records.ts';
import { offeredOrders } from '../aws/dynamodb/slots/offered-orders.ts';
import { slotLeases } from '../aws/dynamodb/slots/slot-leases.ts';
import { slotLine } from '../aws/dynamodb/slots/slot-line.ts';
import { uploadRecords } from '../aws/dynamodb/upload-records.ts';
import { rateWindows } from '../aws/dynamodb/use/rate-windows.ts';
import { userQuotas } from '../aws/dynamodb/use/user-quotas.ts';
import { execClient } from '../aws/ecs/ecs-client.ts';
import { keptOutputs } from '../aws/s3/kept-outputs.ts';
import { transferStorage } from '../aws/s3/transfer-storage.ts';
import { readConfig } from '../config.ts';
import { handOver } from '../core/pool/hand-over.ts';
import { CommandPermits } from '../core/quotas/command-permits.ts';
import { deploymentQuota } from '../core/quotas/quota-of-user.ts';
import { bucketOf, logOf, tableOf } from './from-settings.ts';

/** For everything that needs a channel. */
export function commandsServices(config = readConfig('commands')) {
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
