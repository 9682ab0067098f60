import type { ECSClient, RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { ecsClient } from '../../../lambdas/aws/ecs/ecs-client.ts';
import { taskLookups } from '../../../lambdas/aws/ecs/task-lookups.ts';
import { ecsTasks } from '../../../lambdas/aws/ecs/tasks.ts';
import type { Launch } from '../../../lambdas/core/sandboxes/task-ports.ts';
import { AwsError } from '../../../local/aws/aws-error.ts';
import type { ComputeOptions } from '../../../local/ecs/create-compute.ts';
import { startCompute } from '../../support/machines/compute.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;
const launch: Launch = {
  sandboxId,
  token: `${sandboxId}-1`,
  attempt: 1,
  template: 'base',
  cpu: 0.25,
  memoryMb: 512,
  diskGb: 20,
};

async function begin(faults: ComputeOptions['faults'] = {}) {
  const compute = await startCompute({ faults });
  const taskDefinition = await compute.register('exec sleep 60');
  const placement = {
    cluster: compute.cluster,
    subnets: ['subnet-1'],
    securityGroups: ['sg-1'],
    publicAddresses: true,
    capacity: ['spot', 'on-demand'] as const,
    taskDefinitions: new Map([['base', taskDefinition]]),
  };
  const tasksWith = (client: ECSClient, changed: Partial<typeof placement> = {}) =>
    ecsTasks(client, { ...placement, ...changed });
  return { compute, tasksWith, tasks: tasksWith(compute.ecs) };
}

test('a launch is one task, however often it is asked for, known by its sandbox', async () => {
  const { compute, tasks } = await begin();
  const [first, again] = [await tasks.launch(launch), await tasks.launch(launch)];
  expect(again).toEqual(first);
  if (first.kind !== 'accepted') throw new Error('expected a task');
  expect(first.task.arn.endsWith(`/${first.task.id}`)).toBe(true);
  expect(await compute.describe(first.task.arn)).toMatchObject({ startedBy: sandboxId, enableExecuteCommand: true });
  expect(await tasks.stop(first.task.arn, 'enough')).toBe('stopping');
  expect(await tasks.stop(first.task.arn, 'enough')).toBe('stopping');
});

test('a launch that was made before with other settings of the deployment is found', async () => {
  const { tasks, tasksWith, compute } = await begin();
  const first = await tasks.launch(launch);
  expect(await tasksWith(compute.ecs, { subnets: ['subnet-2'] }).launch(launch)).toEqual(first);
});

test('what ECS definitely refuses is a refusal with its reason', async () => {
  const { tasks, tasksWith, compute } = await begin();
  expect(await tasks.launch({ ...launch, template: 'gone' })).toMatchObject({ kind: 'refused', reason: 'platform' });
  const unknown = tasksWith(compute.ecs, { taskDefinitions: new Map([['base', 'nope:7']]) });
  expect(await unknown.launch(launch)).toMatchObject({ kind: 'refused', reason: 'platform' });
});

test('where there is no room the next subnet is tried, and then the next kind of capacity', async () => {
  const tried: string[] = [];
  const noRoom = [{ reason: 'Capacity is unavailable at this time.' }];
  const { tasksWith, compute } = await begin({
    runTaskFailures: (input) => {
      const { capacityProviderStrategy, networkConfiguration } = input as RunTaskCommandInput;
      const subnets = networkConfiguration?.awsvpcConfiguration?.subnets;
      return tried.push(`${capacityProviderStrategy?.[0]?.capacityProvider} ${subnets}`) < 6 ? noRoom : [];
    },
  });
  const tasks = tasksWith(compute.ecs, { subnets: ['subnet-1', 'subnet-2', 'subnet-3', 'subnet-4'] });
  const answers = [];
  for (let attempt: number | undefined = 1; attempt !== undefined; ) {
    const answer = await tasks.launch({ ...launch, token: `${sandboxId}-${attempt}`, attempt });
    answers.push(answer.kind);
    attempt = answer.kind === 'refused' ? answer.nextAttempt : undefined;
  }
  expect(answers).toEqual([...Array.from({ length: 5 }, () => 'refused'), 'accepted']);
  const kinds = tried.map((place) => place.split(' ')[0]);
  expect(kinds).toEqual([...Array(3).fill('FARGATE_SPOT'), ...Array(3).fill('FARGATE')]);
  expect(new Set(tried).size).toBe(6);
  expect(await tasks.launch({ ...launch, token: `${sandboxId}-7`, attempt: 7 })).toMatchObject({ kind: 'accepted' });
});

test('what the account may not have more of is not asked for in other subnets, only of another capacity', async () => {
  const { tasksWith, compute } = await begin({
    ecs: (operation) => {
      if (operation === 'RunTask') throw new AwsError('ThrottlingException', 'the limit on the number of vCPUs');
    },
  });
  const tasks = tasksWith(compute.ecs, { subnets: ['subnet-1', 'subnet-2'] });
  expect(await tasks.launch(launch)).toMatchObject({ kind: 'refused', reason: 'capacity', nextAttempt: 3 });
  const last = await tasks.launch({ ...launch, attempt: 3 });
  expect(last).toMatchObject({ kind: 'refused', reason: 'capacity', nextAttempt: undefined });
});

test('what ECS knows of tasks is found by their sandbox, in pages, and by their names', async () => {
  const { compute, tasks } = await begin();
  const lookups = taskLookups(compute.ecs, compute.cluster);
  const other = { ...launch, sandboxId: `sbx_${'1'.repeat(26)}`, token: 'other' };
  const launched = [await tasks.launch(launch), await tasks.launch(other)];
  const arns = launched.map((one) => (one.kind === 'accepted' ? one.task.arn : ''));
  expect(await lookups.startedBy(sandboxId)).toEqual([arns[0]]);
  const page = await lookups.running(undefined);
  expect(page.arns.toSorted()).toEqual(arns.toSorted());
  expect(page.next).toBeUndefined();
  expect((await lookups.running('a cursor of long ago')).arns).toHaveLength(2);
  const missing = arns[0]?.replace(/.$/, 'x') ?? '';
  const seen = await lookups.describe([...arns, missing]);
  expect(seen.map(({ startedBy }) => startedBy).toSorted()).toEqual([sandboxId, other.sandboxId]);
  expect(seen[0]).toMatchObject({ desiredStatus: 'RUNNING', createdAtMs: expect.any(Number) });
});

test('a task that ECS does not know is absent, and a cluster it does not know is down', async () => {
  const { tasks, tasksWith, compute } = await begin();
  await tasks.check();
  const arn = `arn:aws:ecs:us-east-1:000000000000:task/${compute.cluster}/${'0'.repeat(32)}`;
  expect(await tasks.stop(arn, 'enough')).toBe('absent');
  await expect(tasksWith(compute.ecs, { cluster: 'elsewhere' }).check()).rejects.toMatchObject({ code: 'unavailable' });
});

test('when ECS does not answer nobody knows whether a task was launched', async () => {
  const { tasksWith } = await begin();
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  const dead = ecsClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => dead.destroy());
  await expect(tasksWith(dead).launch(launch)).rejects.toMatchObject({
    code: 'unavailable',
    details: { part: 'tasks' },
  });
});
