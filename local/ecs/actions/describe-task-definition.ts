import type { DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';

const schema = z.object({ taskDefinition: z.string().min(1) });

/** By family (the newest revision), `family:revision` or ARN. */
export const describeTaskDefinition = ({ definitions }: Cluster) =>
  ((input) => ({
    taskDefinition: definitions.find(checkInput(schema, input).taskDefinition),
  })) satisfies Action<DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput>;
