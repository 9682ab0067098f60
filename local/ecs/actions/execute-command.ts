import type { ExecuteCommandCommandInput, ExecuteCommandCommandOutput } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';

const schema = z.object({
  cluster: z.string().optional(),
  container: z.string().optional(),
  task: z.string().min(1),
  command: z.string(),
  interactive: z.boolean(),
});

const invalid = (message: string) => new AwsError('InvalidParameterException', message);

const notEnabled =
  'The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.';

/** Opens a session in a running task whose exec agent is up; else the errors that ECS gives. */
export const executeCommand = (cluster: Cluster) =>
  ((input) => {
    const checked = checkInput(schema, input);
    cluster.checkCluster(checked.cluster);
    if (!checked.interactive) throw invalid('Interactive is the only mode supported currently.');
    const record = cluster.findTask(checked.task);
    if (!record) throw invalid('The referenced task was not found.');
    const { task, id } = record;
    const [container] = task.containers;
    if (checked.container !== undefined && checked.container !== container.name) {
      throw invalid('The container name is not valid.');
    }
    if (!task.enableExecuteCommand || task.lastStatus !== 'RUNNING') throw invalid(notEnabled);
    const machine = cluster.lifeOf(id)?.execMachine;
    // RUNNING says that the process runs; its exec agent connects a second later.
    if (!machine) {
      const message = 'The execute command failed due to an internal error. Try again later.';
      throw new AwsError('TargetNotConnectedException', message);
    }
    return {
      clusterArn: task.clusterArn,
      taskArn: task.taskArn,
      containerArn: container.containerArn,
      containerName: container.name,
      interactive: true,
      session: cluster.options.sessions.open(machine, checked.command),
    };
  }) satisfies Action<ExecuteCommandCommandInput, ExecuteCommandCommandOutput>;
