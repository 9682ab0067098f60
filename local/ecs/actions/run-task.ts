import type { RunTaskCommandInput, RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import { checkInput } from '../check-input.ts';
import type { Cluster } from '../cluster.ts';
import { newTask, requestHash } from '../tasks/new-task.ts';
import { type RunTaskInput, runTaskInput } from '../tasks/run-task-input.ts';
import type { StoredTask, TaskRecord } from '../tasks/task-record.ts';

/** How long a token is remembered, unless its tasks are gone before that. */
const tokenSeconds = 24 * 3_600;

/** The tasks a client token has already started. Throws ConflictException when it came with other parameters. */
function startedBefore({ tasks, options }: Cluster, input: RunTaskInput): StoredTask[] {
  if (input.clientToken === undefined) return [];
  const since = options.clock.now() / 1000 - tokenSeconds;
  const records = tasks
    .all()
    .filter(({ request, task }) => request?.clientToken === input.clientToken && task.createdAt > since);
  const resourceIds = records.map(({ task }) => task.taskArn);
  if (records[0] && records[0].request?.hash !== requestHash(input)) {
    const message = "The parameters of this request don't match those of the first request with its client token.";
    throw new AwsError('ConflictException', message, 400, { resourceIds });
  }
  return records.map(({ task }) => task);
}

/** Starts a task; the same client token with the same parameters gives the same one. */
/** Throws what ECS throws when tasks would run on more vCPUs than the account may use at once. */
function checkQuota({ tasks, options }: Cluster, records: readonly TaskRecord[]): void {
  const running = tasks.all().filter(({ task }) => task.lastStatus !== 'STOPPED');
  const units = [...running, ...records].reduce((sum, { task }) => sum + Number(task.cpu), 0);
  if (units / 1024 > (options.vcpuQuota ?? Number.POSITIVE_INFINITY)) {
    const message = 'You’ve reached the limit on the number of vCPUs you can run concurrently';
    throw new AwsError('ThrottlingException', message);
  }
}

const noCapacity = 'Capacity is unavailable at this time. Please try again later or in a different availability zone';

/** Launches tasks. The same client token and parameters answer the tasks of the first call, also while nobody sees them yet. */
export const runTask = (cluster: Cluster) =>
  ((raw, { clock }) => {
    const { arns, faults, runTaskFailures } = cluster.options;
    const input = checkInput(runTaskInput, raw);
    cluster.checkCluster(input.cluster);
    const before = startedBefore(cluster, input);
    if (before.length > 0) return { tasks: before, failures: [] };
    const definition = cluster.definitions.find(input.taskDefinition);
    const records = Array.from({ length: input.count }, () => newTask(input, definition, arns, clock.now()));
    checkQuota(cluster, records);
    // Want of capacity is no error on the wire: ECS answers 200 and says it here.
    const failures = faults.isWithoutCapacity() ? [{ reason: noCapacity }] : (runTaskFailures?.(input) ?? []);
    if (failures.length > 0) return { tasks: [], failures: [...failures] };
    for (const record of records) cluster.launch(record, definition);
    return { tasks: records.map(({ task }) => task), failures: [] };
  }) satisfies Action<RunTaskCommandInput, RunTaskCommandOutput>;
