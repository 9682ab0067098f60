import type { RunTaskCommandInput, RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';
import { newTask, requestHash } from '../new-task.ts';
import { type RunTaskInput, runTaskInput } from '../run-task-input.ts';
import type { StoredTask } from '../task-record.ts';

/** The tasks a client token has already started. Throws ConflictException when it came with other parameters. */
function startedBefore({ tasks }: Cluster, input: RunTaskInput): StoredTask[] {
  if (input.clientToken === undefined) return [];
  const records = tasks.all().filter(({ request }) => request?.clientToken === input.clientToken);
  const resourceIds = records.map(({ task }) => task.taskArn);
  if (records[0] && records[0].request?.hash !== requestHash(input)) {
    const message = "The parameters of this request don't match those of the first request with its client token.";
    throw new AwsError('ConflictException', message, 400, { resourceIds });
  }
  return records.map(({ task }) => task);
}

/** Starts a task; the same client token with the same parameters gives the same one. */
export const runTask = (cluster: Cluster) =>
  ((raw, { clock }) => {
    const { arns, runTaskFailures } = cluster.options;
    const input = checkInput(runTaskInput, raw);
    cluster.checkCluster(input.cluster);
    const before = startedBefore(cluster, input);
    if (before.length > 0) return { tasks: before, failures: [] };
    const definition = cluster.definitions.find(input.taskDefinition);
    const records = Array.from({ length: input.count }, () => newTask(input, definition, arns, clock.now()));
    // Want of capacity is no error on the wire: ECS answers 200 and says it here.
    const failures = runTaskFailures?.(input) ?? [];
    if (failures.length > 0) return { tasks: [], failures: [...failures] };
    for (const record of records) cluster.launch(record, definition);
    return { tasks: records.map(({ task }) => task), failures: [] };
  }) satisfies Action<RunTaskCommandInput, RunTaskCommandOutput>;
