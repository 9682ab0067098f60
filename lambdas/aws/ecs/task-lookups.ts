import {
  DescribeTasksCommand,
  type ECSClient,
  InvalidParameterException,
  ListTasksCommand,
  type ListTasksCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { accountLimits } from '../../../contract/account-limits.ts';
import { container } from '../../../contract/deployment.ts';
import type { SeenTask, TaskLookups } from '../../core/reaper/ports.ts';
import { translateError } from '../translate-error.ts';

const { tasksPerRead } = accountLimits;

function seenTask(task: Task): SeenTask {
  const { taskArn: arn = '', startedBy, version = 0, lastStatus = '', desiredStatus = '', createdAt } = task;
  const sandbox = task.containers?.find(({ name }) => name === container.name);
  return {
    arn,
    id: arn.slice(arn.lastIndexOf('/') + 1),
    startedBy,
    version,
    lastStatus,
    desiredStatus,
    createdAtMs: createdAt?.getTime() ?? 0,
    evidence: {
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason,
      exitCode: sandbox?.exitCode,
      containerReason: sandbox?.reason,
    },
  };
}

/** Looks at the tasks of one cluster. */
export function taskLookups(client: ECSClient, cluster: string): TaskLookups {
  const list = async (input: Omit<ListTasksCommandInput, 'cluster'>) => {
    const { taskArns = [], nextToken } = await client.send(new ListTasksCommand({ cluster, ...input }));
    return { arns: taskArns, next: nextToken };
  };
  return {
    describe: async (tasks) => {
      const command = new DescribeTasksCommand({ cluster, tasks: tasks.slice(0, tasksPerRead) });
      const answer = await client.send(command).catch(translate);
      return (answer.tasks ?? []).map(seenTask);
    },
    startedBy: async (startedBy) => {
      const states = ['RUNNING', 'STOPPED'] as const;
      const found = await Promise.all(states.map((desiredStatus) => list({ startedBy, desiredStatus }))).catch(
        translate,
      );
      return found.flatMap(({ arns }) => arns);
    },
    running: async (after) => {
      const page = { maxResults: tasksPerRead, desiredStatus: 'RUNNING' } as const;
      try {
        return await list({ ...page, ...(after === undefined ? {} : { nextToken: after }) });
      } catch (error) {
        if (after !== undefined && error instanceof InvalidParameterException) return await list(page).catch(translate);
        return translate(error);
      }
    },
  };
}

function translate(error: unknown): never {
  throw translateError('tasks', error);
}
