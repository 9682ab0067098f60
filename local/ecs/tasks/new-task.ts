import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import type { Arns } from '../arns.ts';
import { fargateSize } from '../task-definitions/fargate-size.ts';
import type { StoredDefinition } from '../task-definitions/task-definitions.ts';
import type { RunTaskInput } from './run-task-input.ts';
import type { TaskRecord } from './task-record.ts';

/** A hash of all a request says; the input must have come through its schema, which puts the fields into one order. */
export const requestHash = ({ clientToken: _, ...parameters }: RunTaskInput): string =>
  createHash('sha256').update(JSON.stringify(parameters)).digest('hex');

/**
 * A task as RunTask answers it, PROVISIONING. Throws what ECS throws for an override of a container that isn't there
 * and for a size that Fargate doesn't have.
 */
export function newTask(input: RunTaskInput, definition: StoredDefinition, arns: Arns, nowMs: number): TaskRecord {
  const id = randomBytes(16).toString('hex');
  const [container] = definition.containerDefinitions ?? [];
  const stray = input.overrides.containerOverrides?.find(({ name }) => name !== container?.name);
  if (stray) {
    const message = `Override for container named ${stray.name} is not a container in the TaskDefinition.`;
    throw new AwsError('InvalidParameterException', message);
  }
  const cpu = input.overrides.cpu ?? definition.cpu;
  const memory = input.overrides.memory ?? definition.memory;
  fargateSize(cpu, memory);
  const ephemeralStorage = input.overrides.ephemeralStorage ?? definition.ephemeralStorage ?? { sizeInGiB: 20 };
  const provider = input.capacityProviderStrategy?.[0]?.capacityProvider;
  return {
    id,
    announcedVersion: 0,
    ...(input.clientToken !== undefined && {
      request: { clientToken: input.clientToken, hash: requestHash(input) },
    }),
    task: {
      taskArn: arns.task(id),
      clusterArn: arns.cluster,
      taskDefinitionArn: definition.taskDefinitionArn,
      group: input.group ?? `family:${definition.family}`,
      launchType: 'FARGATE',
      ...(provider && { capacityProviderName: provider }),
      ...(input.startedBy !== undefined && { startedBy: input.startedBy }),
      ...(input.tags && { tags: input.tags }),
      platformVersion: '1.4.0',
      platformFamily: 'Linux',
      enableExecuteCommand: input.enableExecuteCommand,
      overrides: input.overrides,
      cpu,
      memory,
      ephemeralStorage,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      createdAt: nowMs / 1000,
      version: 1,
      containers: [
        {
          containerArn: arns.container(id, randomUUID()),
          taskArn: arns.task(id),
          name: container?.name ?? '',
          image: container?.image,
          runtimeId: `${id}-${String(randomInt(10 ** 9)).padStart(10, '0')}`,
          lastStatus: 'PENDING',
          cpu: '0',
          ...(input.enableExecuteCommand && {
            managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'PENDING' }],
          }),
        },
      ],
    },
  };
}
