import { limits } from '../../../contract/api/limits.ts';
import type { SizeName } from '../../../contract/api/sandboxes/sizes.ts';
import type { Setting } from '../../../contract/deployment.ts';
import { uniqueId } from '../../aws/keys.ts';
import type { Compute } from '../../ecs/create-compute.ts';
import { createFunctions, type Functions } from '../../lambda/create-functions.ts';
import type { Built } from '../build-all.ts';
import { describeFunctions } from '../describe-functions.ts';
import type { Run } from '../run.ts';
import { tableName } from './open-database.ts';
import type { SandboxLog } from './open-sandbox-log.ts';
import { bucketName, type Storage, storageRoleName } from './open-storage.ts';

/** The role of every task, whose session names say which task it is. */
export const taskRoleName = 'matrx-task';

export interface FunctionPlaces {
  readonly built: Built;
  readonly databaseUrl: string;
  readonly eventsUrl: string;
  readonly storage: Storage;
  readonly compute: Compute;
  readonly sandboxLog: SandboxLog;
  /** ARN of the task definition of the template `base`. */
  readonly taskDefinition: string;
}

/** What an operator chooses of a deployment. */
export interface DeploymentChoices {
  /** How many sandboxes a user may have at once. @default as deployed */
  readonly liveSandboxesPerUser?: number | undefined;
  /** @default as many as can be set: nobody shares this machine */
  readonly createsPerUserPerMinute?: number | undefined;
  /** @default as many as can be set */
  readonly commandsPerUserPerMinute?: number | undefined;
  /** Machines that wait for sandboxes of `base`, by size. @default none */
  readonly pool?: readonly { readonly template: 'base'; readonly size: SizeName; readonly count: number }[] | undefined;
  /** Whether callers may hold channels of their own. @default false */
  readonly clientChannels?: boolean | undefined;
  /** Whether commands may be root's, in their sandbox. @default false */
  readonly rootCommands?: boolean | undefined;
}

/** The functions of the contract, which find the stand-ins at the places of this run. */
export function openFunctions(run: Run, places: FunctionPlaces, choices: DeploymentChoices = {}): Functions {
  const { built, databaseUrl, storage, eventsUrl, compute, sandboxLog, taskDefinition } = places;
  const { region, clock, principals, logs, hazards } = run;
  const { accountId } = principals;
  const base = { task_definition: taskDefinition, description: 'the tools of this machine', image_digest: null };
  const settings: Record<Setting, string> = {
    MATRX_TABLE: tableName,
    MATRX_CLUSTER: compute.clusterName,
    MATRX_TEMPLATES: JSON.stringify({ base }),
    MATRX_SUBNETS: 'subnet-local',
    MATRX_SECURITY_GROUPS: 'sg-local',
    MATRX_TASK_ROLE: `${accountId}/${uniqueId('AROA', accountId, taskRoleName)}`,
    MATRX_QUOTAS: JSON.stringify({
      live_sandboxes_per_user: choices.liveSandboxesPerUser,
      creates_per_user_per_minute: choices.createsPerUserPerMinute ?? limits.quotas.createsPerMinute,
      commands_per_user_per_minute: choices.commandsPerUserPerMinute ?? limits.quotas.commandsPerMinute,
    }),
    MATRX_NAME: 'local',
    MATRX_PLACEMENT: '{}',
    MATRX_POOL: JSON.stringify(choices.pool ?? []),
    MATRX_CORS_ORIGINS: '',
    MATRX_BUCKET: bucketName,
    MATRX_STORAGE_ROLE: `arn:aws:iam::${accountId}:role/${storageRoleName}`,
    MATRX_HOMES: '{}',
    MATRX_CLIENT_CHANNELS: choices.clientChannels ? 'on' : 'off',
    MATRX_ROOT_COMMANDS: choices.rootCommands ? 'on' : 'off',
    MATRX_LOG_GROUP: sandboxLog.groupName,
  };
  const common = {
    ...run.clockVariables,
    AWS_ENDPOINT_URL_DYNAMODB: databaseUrl,
    AWS_ENDPOINT_URL_S3: storage.s3.url,
    AWS_ENDPOINT_URL_STS: storage.sts.url,
    AWS_ENDPOINT_URL_ECS: compute.ecsUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventsUrl,
    AWS_ENDPOINT_URL_SSM: compute.ssmUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: sandboxLog.url,
  };
  return createFunctions({
    functions: describeFunctions({ region, principals, functionsDir: built.functionsDir, settings, common }),
    region,
    accountId,
    clock,
    runtime: built.runtime,
    hazards: hazards.functions,
    seed: hazards.seed,
    onLog: (name, line) => logs.functions.write(`${name} ${line}\n`),
  });
}
