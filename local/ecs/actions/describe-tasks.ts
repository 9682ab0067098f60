import type { DescribeTasksCommandInput, DescribeTasksCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import type { Action } from '../../aws/json-service.ts';
import { lastPart } from '../arns.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';

const schema = z.object({
  cluster: z.string().optional(),
  tasks: z.array(z.string().min(1)).min(1, 'Tasks cannot be empty.').max(100),
  include: z.array(z.literal('TAGS')).default([]),
});

/** Up to a hundred tasks; those that are not there come as `failures`, with HTTP 200. */
export const describeTasks = (cluster: Cluster) =>
  ((input) => {
    const { cluster: name, tasks, include } = checkInput(schema, input);
    cluster.checkCluster(name);
    const found = tasks.map((task) => cluster.findTask(task)?.task);
    const missing = tasks.filter((_, index) => !found[index]);
    return {
      tasks: found.flatMap((task) => {
        if (!task) return [];
        const { tags = [], ...rest } = task;
        return [include.includes('TAGS') ? { ...rest, tags } : { ...rest, tags: [] }];
      }),
      failures: missing.map((task) => ({ arn: cluster.options.arns.task(lastPart(task)), reason: 'MISSING' })),
    };
  }) satisfies Action<DescribeTasksCommandInput, DescribeTasksCommandOutput>;
