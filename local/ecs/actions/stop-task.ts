import type { StopTaskCommandInput, StopTaskCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';

const schema = z.object({
  cluster: z.string().optional(),
  task: z.string().min(1),
  reason: z.string().max(1024).default('Task stopped by user'),
});

/** To stop a task again, or one that has stopped, changes nothing and answers it as it is. */
export const stopTask = (cluster: Cluster) =>
  ((input) => {
    const { cluster: name, task, reason } = checkInput(schema, input);
    cluster.checkCluster(name);
    const record = cluster.findTask(task);
    if (!record) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
    cluster.lifeOf(record.id)?.stop({ stopCode: 'UserInitiated', stoppedReason: reason });
    return { task: (cluster.findTask(record.id) ?? record).task };
  }) satisfies Action<StopTaskCommandInput, StopTaskCommandOutput>;
