import { type ECSClient, InvalidParameterException, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import type { Tasks } from '../../core/sandboxes/task-ports.ts';
import { translateError } from '../translate-error.ts';
import { launchTask, type Placement } from './launch-task.ts';

async function stopTask(client: ECSClient, cluster: string, arn: string, why: string): Promise<'stopping' | 'absent'> {
  try {
    await client.send(new StopTaskCommand({ cluster, task: arn, reason: why }));
    return 'stopping';
  } catch (error) {
    // Of an ARN that ECS itself gave out, only that the task is gone can be invalid.
    if (error instanceof InvalidParameterException) return 'absent';
    throw translateError('tasks', error);
  }
}

/** For whoever only ends tasks. */
export const taskStops = (client: ECSClient, cluster: string): Pick<Tasks, 'stop'> => ({
  stop: (arn, why) => stopTask(client, cluster, arn, why),
});

/** The tasks of one cluster. */
export function ecsTasks(client: ECSClient, placement: Placement): Tasks {
  const { cluster } = placement;
  return {
    launch: (launch) => launchTask(client, placement, launch),
    ...taskStops(client, cluster),
    check: async () => {
      await client.send(new ListTasksCommand({ cluster, maxResults: 1 })).catch((error) => {
        throw translateError('tasks', error);
      });
    },
  };
}
