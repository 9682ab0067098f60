import type { ListTasksCommandInput, ListTasksCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import { lastPart } from '../arns.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';
import type { StoredTask } from '../tasks/task-record.ts';

const schema = z.object({
  cluster: z.string().optional(),
  family: z.string().optional(),
  startedBy: z.string().optional(),
  launchType: z.string().optional(),
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
  maxResults: z.int().min(1).max(100).default(100),
  nextToken: z.string().optional(),
});

type Filter = z.output<typeof schema>;

const matches = (task: StoredTask, { family, startedBy, launchType, desiredStatus }: Filter): boolean =>
  // ECS never sets a desired status of PENDING, so to ask for it finds nothing.
  task.desiredStatus === desiredStatus &&
  (family === undefined || lastPart(task.taskDefinitionArn).split(':')[0] === family) &&
  (startedBy === undefined || task.startedBy === startedBy) &&
  (launchType === undefined || task.launchType === launchType);

/** Pages go by task id, so a task that comes or goes meanwhile moves no other one to another page. */
export const listTasks = (cluster: Cluster) =>
  ((input) => {
    const filter = checkInput(schema, input);
    cluster.checkCluster(filter.cluster);
    const after = filter.nextToken === undefined ? '' : readToken(filter.nextToken);
    const found = cluster.tasks
      .allSeen()
      .filter(({ id, task }) => id > after && matches(task, filter))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = found.slice(0, filter.maxResults);
    const last = page.at(-1);
    return {
      taskArns: page.map(({ task }) => task.taskArn),
      ...(last && found.length > page.length && { nextToken: Buffer.from(last.id).toString('base64url') }),
    };
  }) satisfies Action<ListTasksCommandInput, ListTasksCommandOutput>;

function readToken(token: string): string {
  const id = Buffer.from(token, 'base64url').toString('latin1');
  if (!/^[0-9a-f]{32}$/.test(id)) throw new AwsError('InvalidParameterException', 'Invalid token in the request.');
  return id;
}
