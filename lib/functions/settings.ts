import { Stack } from 'aws-cdk-lib';
import type { Setting } from '../../contract/deployment.ts';
import type { Compute } from '../compute.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import type { Network } from '../network.ts';
import type { State } from '../state.ts';
import type { Storage } from '../storage.ts';
import type { StorageRole } from '../storage-role.ts';
import type { TaskRoles } from '../task-roles.ts';

interface Parts {
  readonly config: DeployConfig;
  readonly network: Network;
  readonly state: State;
  readonly storage: Storage;
  readonly compute: Compute;
  readonly roles: TaskRoles;
  readonly storageRole: StorageRole;
}

/** The value of every setting that a function can have, as lambdas/config.ts reads it. */
export function functionSettings({
  config,
  network,
  state,
  storage,
  compute,
  roles,
  storageRole,
}: Parts): Record<Setting, string> {
  const stack = Stack.of(compute);
  const templates = [...compute.templates].map(([name, { description, imageDigest, definition }]) => [
    name,
    { task_definition: definition.taskDefinitionArn, description, image_digest: imageDigest },
  ]);
  return {
    MATRX_NAME: config.name,
    MATRX_TABLE: state.table.tableName,
    MATRX_CLUSTER: compute.cluster.clusterArn,
    MATRX_TEMPLATES: stack.toJsonString(Object.fromEntries(templates)),
    MATRX_SUBNETS: network.subnets.map(({ subnetId }) => subnetId).join(','),
    MATRX_SECURITY_GROUPS: network.securityGroup.securityGroupId,
    MATRX_TASK_ROLE: `${stack.account}/${roles.task.roleId}`,
    MATRX_QUOTAS: JSON.stringify({
      live_sandboxes_per_user: config.liveSandboxesPerUser,
      creates_per_user_per_minute: config.createsPerUserPerMinute,
      commands_per_user_per_minute: config.commandsPerUserPerMinute,
      max_ttl_seconds: config.maxTtlSeconds,
    }),
    MATRX_PLACEMENT: JSON.stringify({ public_addresses: network.publicAddresses, capacity: config.capacity }),
    MATRX_POOL: JSON.stringify(
      config.pool.map(({ template, size, count, maxAgeMinutes }) => ({
        template,
        size,
        count,
        max_age_minutes: maxAgeMinutes,
      })),
    ),
    MATRX_CORS_ORIGINS: config.corsOrigins.join(','),
    MATRX_BUCKET: storage.bucket.bucketName,
    MATRX_STORAGE_ROLE: storageRole.role.roleArn,
    MATRX_HOMES: JSON.stringify({
      save_seconds: config.homes.saveSeconds,
      keep: { newest: config.homes.keepNewest, days: config.homes.keepDays },
    }),
    MATRX_CLIENT_CHANNELS: config.clientChannels ? 'on' : 'off',
    MATRX_ROOT_COMMANDS: config.rootCommands ? 'on' : 'off',
    MATRX_LOG_GROUP: compute.logGroup.logGroupName,
  };
}
