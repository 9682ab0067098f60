import type { ECSClient } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { ecsClient } from '../../../lambdas/aws/ecs/ecs-client.ts';
import { ecsTasks } from '../../../lambdas/aws/ecs/tasks.ts';
import type { Launch } from '../../../lambdas/core/ports.ts';
import { startCompute } from '../../support/compute.ts';

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

async function begin() {
  const compute = await startCompute();
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
