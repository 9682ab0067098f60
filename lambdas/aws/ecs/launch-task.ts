import { ConflictException, type ECSClient, RunTaskCommand, type RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { container } from '../../../contract/deployment.ts';
import type { Launch, Launched } from '../../core/sandboxes/task-ports.ts';
import { awsStatus, translateError } from '../translate-error.ts';
import { type Target, targetOf } from './attempts.ts';

/** Where tasks run and from what. */
export interface Placement {
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** By template. */
  readonly taskDefinitions: ReadonlyMap<string, string>;
  /** Where tasks have no way out but their own address. */
  readonly publicAddresses: boolean;
  /** In the order tried. */
  readonly capacity: readonly ('on-demand' | 'spot')[];
}

// Pinned: what a task may do differs between versions, and the newest one comes without notice.
const platformVersion = '1.4.0';

const providers = { 'on-demand': 'FARGATE', spot: 'FARGATE_SPOT' } as const;

// The field takes 21 to 200; 20 GiB are there without it.
const includedDiskGb = 20;

// Definite refusals that pass with time. The rest is the deployment's fault.
const passing: ReadonlySet<string> = new Set(['ThrottlingException', 'LimitExceededException', 'RequestLimitExceeded']);

const taskIdOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const accepted = (arn: string): Launched => ({ kind: 'accepted', task: { arn, id: taskIdOf(arn) } });

function inputOf(
  placement: Placement,
  taskDefinition: string,
  { capacity, subnet }: Target,
  launch: Launch,
): RunTaskCommandInput {
  const { sandboxId, token, cpu, memoryMb, diskGb } = launch;
  return {
    cluster: placement.cluster,
    taskDefinition,
    capacityProviderStrategy: [{ capacityProvider: providers[capacity], weight: 1 }],
    platformVersion,
    count: 1,
    clientToken: token,
    startedBy: sandboxId,
    enableExecuteCommand: true,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [subnet],
        securityGroups: [...placement.securityGroups],
        assignPublicIp: placement.publicAddresses ? 'ENABLED' : 'DISABLED',
      },
    },
    overrides: {
      cpu: String(cpu * 1024),
      memory: String(memoryMb),
      ...(diskGb > includedDiskGb ? { ephemeralStorage: { sizeInGiB: diskGb } } : {}),
      containerOverrides: [{ name: container.name, environment: [{ name: 'SANDBOX_ID', value: sandboxId }] }],
    },
  };
}

function refused(reason: StopReason, detail: string | undefined, nextAttempt?: number): Launched {
  return { kind: 'refused', reason, detail: (detail ?? 'RunTask was refused').slice(0, 1_000), nextAttempt };
}

/** What a failed call says; throws when it says nothing definite. */
function judge(error: unknown, { otherCapacity }: Target): Launched {
  // The token was used before, with other settings of the deployment: the task is there.
  if (error instanceof ConflictException && error.resourceIds?.[0] !== undefined) return accepted(error.resourceIds[0]);
  const status = awsStatus(error);
  if (!(error instanceof Error) || status === undefined || status >= 500) throw translateError('tasks', error);
  const message = `${error.name}: ${error.message}`;
  return passing.has(error.name) ? refused('capacity', message, otherCapacity) : refused('platform', message);
}

/** Runs a task. Answers only what is definite; throws `unavailable` when nobody knows whether it was launched. */
export async function launchTask(client: ECSClient, placement: Placement, launch: Launch): Promise<Launched> {
  const taskDefinition = placement.taskDefinitions.get(launch.template);
  if (taskDefinition === undefined) return refused('platform', `no template ${launch.template} any more`);
  const target = targetOf(placement, launch.sandboxId, launch.attempt);
  try {
    const { tasks, failures } = await client.send(
      new RunTaskCommand(inputOf(placement, taskDefinition, target, launch)),
    );
    const arn = tasks?.[0]?.taskArn;
    if (arn !== undefined) return accepted(arn);
    // ECS answers 200 and a list of failures when there is no room.
    const failure = failures?.[0];
    if (failure === undefined) throw new SandboxError('unavailable', 'tasks: RunTask says neither yes nor no');
    return refused('capacity', [failure.reason, failure.detail].filter(Boolean).join(': '), target.elsewhere);
  } catch (error) {
    return judge(error, target);
  }
}
