import type { RegisterTaskDefinitionCommandInput, RegisterTaskDefinitionCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';
import { fargateSize } from '../task-definitions/fargate-size.ts';
import type { StoredDefinition } from '../task-definitions/task-definitions.ts';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'up to 255 letters, numbers, hyphens and underscores');

const containerDefinition = z.looseObject({
  name,
  image: z.string().min(1),
  command: z.array(z.string()).min(1),
  environment: z.array(z.object({ name: z.string().min(1), value: z.string() })).optional(),
  stopTimeout: z.int().min(2).max(120).optional(),
});

const schema = z.looseObject({
  family: name,
  taskRoleArn: z.string().startsWith('arn:aws:iam::').optional(),
  cpu: z.string(),
  memory: z.string(),
  networkMode: z.literal('awsvpc'),
  requiresCompatibilities: z.array(z.string()).refine((all) => all.includes('FARGATE'), 'must have FARGATE'),
  containerDefinitions: z.array(containerDefinition).length(1, 'one container: tasks here have no sidecars'),
  ephemeralStorage: z.object({ sizeInGiB: z.int().min(21).max(200) }).optional(),
});

/** A new revision of the family, kept on disk. */
export const registerTaskDefinition = ({ definitions, options }: Cluster) =>
  ((input, { clock, principal }) => {
    const { tags: _, ...checked } = checkInput(schema, input);
    fargateSize(checked.cpu, checked.memory);
    const revision = definitions.nextRevision(checked.family);
    const definition = {
      ...(checked as Partial<StoredDefinition>),
      family: checked.family,
      revision,
      taskDefinitionArn: options.arns.taskDefinition(checked.family, revision),
      status: 'ACTIVE',
      compatibilities: ['FARGATE'],
      registeredAt: clock.now() / 1000,
      registeredBy: principal.arn,
    } satisfies StoredDefinition;
    definitions.add(definition);
    return { taskDefinition: definition };
  }) satisfies Action<RegisterTaskDefinitionCommandInput, RegisterTaskDefinitionCommandOutput>;
