import { DescribeTasksCommand, ListTasksCommand, RunTaskCommand, type RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import type { TaskStateChange } from '../../../local/ecs/events/state-change-event.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually, network, startCompute, type TestCompute } from '../../support/machines/compute.ts';

/** ECS with a family whose tasks sleep. */
async function suffering(hazards: HazardSettings, options: TestCompute = {}) {
  const compute = await startCompute({ ...options, hazards });
  await compute.register('exec sleep 600');
  return compute;
}

const versions = (events: readonly TaskStateChange[]) => events.map(({ detail }) => detail.version);

test('more than ECS’s published rates is refused, and allowed again when time has passed', async () => {
  const clock = new ManualClock(Date.now());
  const { ecs, cluster } = await startCompute({ clock });
  const list = () => ecs.send(new ListTasksCommand({ cluster }));
  await Promise.all(Array.from({ length: 100 }, list));
  await expect(list()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
  clock.pass(1_000);
  await Promise.all(Array.from({ length: 20 }, list));
  await expect(list()).rejects.toMatchObject({ name: 'ThrottlingException' });
});

test('the published rates can be left out', async () => {
  const { ecs, cluster } = await startCompute({ hazards: { tasks: { throttling: false } } });
  await Promise.all(Array.from({ length: 150 }, () => ecs.send(new ListTasksCommand({ cluster }))));
});

test('tasks beyond the quota of vCPUs are refused until others have ended', async () => {
  const { run, stopTask, reaches } = await suffering({ tasks: { vcpuQuota: 0.5 } });
  const first = await run();
  await run();
  await expect(run()).rejects.toMatchObject({ name: 'ThrottlingException', message: expect.stringContaining('vCPUs') });
  await stopTask(first);
  await reaches(first, 'STOPPED');
  await run();
});

test('a client token is forgotten after a day', async () => {
  const clock = new ManualClock(Date.now());
  const { run } = await suffering({}, { clock });
  const first = await run({ clientToken: 'one' });
  clock.pass(24 * 3_600_000 - 1);
  expect(await run({ clientToken: 'one' })).toBe(first);
  clock.pass(1);
  expect(await run({ clientToken: 'one' })).not.toBe(first);
});

test('calls see a change of a task only some time after it', async () => {
  const clock = new ManualClock(Date.now());
  const { run, describe, stopTask, ecs, cluster, events } = await suffering(
    { tasks: { consistencyLagMs: 1_000 } },
    { clock },
  );
  const listed = async () => (await ecs.send(new ListTasksCommand({ cluster }))).taskArns;
  const task = await run({ clientToken: 'one' });
  await eventually(() => events.some(({ detail }) => detail.lastStatus === 'RUNNING'));
  expect(await describe(task)).toBeUndefined();
  expect(await listed()).toEqual([]);
  await expect(stopTask(task)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  // A token is known at once.
  expect(await run({ clientToken: 'one' })).toBe(task);
  clock.pass(1_000);
  expect(await describe(task)).toMatchObject({ lastStatus: 'RUNNING' });
  expect(await listed()).toEqual([task]);
  await stopTask(task);
  expect(await describe(task)).toMatchObject({ desiredStatus: 'RUNNING' });
  clock.pass(1_000);
  expect(await describe(task)).toMatchObject({ desiredStatus: 'STOPPED' });
});

test.each([
  ['image', 'CannotPullContainerError'],
  ['network', 'InternalError'],
  ['resources', 'ResourceInitializationError'],
] as const)('a task fails to start for want of its %s', async (reason, prefix) => {
  const { run, reaches, events } = await suffering({ tasks: { failToStart: [{ reason, times: 1 }] } });
  expect(await reaches(await run(), 'STOPPED')).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(`^${prefix}: `),
  });
  expect(events.map(({ detail }) => detail.lastStatus)).not.toContain('RUNNING');
  await reaches(await run(), 'RUNNING');
});

test('a task on Spot is told to end while it still counts as running, and others are left alone', async () => {
  const { run, reaches, events } = await suffering({ tasks: { spotNotices: [{ afterMs: 100 }] } });
  const lasting = await run();
  const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
  const task = await run({ launchType: undefined, capacityProviderStrategy });
  expect(await reaches(task, 'STOPPED')).toMatchObject({
    stopCode: 'SpotInterruption',
    stoppedReason: 'Your Spot Task was interrupted.',
    containers: [{ exitCode: 143 }],
  });
  const notice = events.find(({ detail }) => detail.taskArn === task && detail.desiredStatus === 'STOPPED');
  expect(notice?.detail).toMatchObject({ lastStatus: 'RUNNING', stopCode: 'SpotInterruption' });
  await reaches(lasting, 'RUNNING');
});

test('events come late, doubled and in another order, and none is missing', async () => {
  const { run, stopTask, reaches, events } = await suffering(
    { events: { delayMs: 20_000, doubled: 0.5 } },
    { clock: createClock(100, Date.now()) },
  );
  for (let count = 0; count < 3; count++) {
    const task = await run();
    await reaches(task, 'RUNNING');
    await stopTask(task);
    await reaches(task, 'STOPPED');
  }
  const distinct = () => new Set(events.map(({ id }) => id));
  await eventually(() => distinct().size >= 21);
  expect(events.length).toBeGreaterThan(distinct().size);
  expect(versions(events)).not.toEqual(versions(events).toSorted((a, b) => a - b));
});

const failures = [
  ['throttle', { name: 'ThrottlingException' }, 0],
  ['fail', { name: 'ServerException', $metadata: { httpStatusCode: 500 } }, 0],
  ['cut', { code: 'ECONNRESET' }, 0],
  ['lose-answer', { code: 'ECONNRESET' }, 1],
] as const;

test.each(failures)(
  'a RunTask whose fate is %s leaves its caller with that, and its token helps',
  async (fate, error, tasks) => {
    const { ecs, cluster } = await suffering({ calls: [{ service: 'ecs', operation: 'RunTask', fate, times: 1 }] });
    const run = (): Promise<RunTaskCommandOutput> =>
      ecs.send(
        new RunTaskCommand({ cluster, taskDefinition: 'base', networkConfiguration: network, clientToken: 'one' }),
      );
    const listed = async () => (await ecs.send(new ListTasksCommand({ cluster }))).taskArns ?? [];
    await expect(run()).rejects.toMatchObject(error);
    expect(await listed()).toHaveLength(tasks);
    const { tasks: launched = [] } = await run();
    expect(await listed()).toEqual(launched.map(({ taskArn }) => taskArn));
  },
);

test('a call that is delayed is carried out late, and others meanwhile', async () => {
  const clock = new ManualClock(Date.now());
  const { ecs, cluster } = await suffering(
    { calls: [{ service: 'ecs', operation: 'ListTasks', fate: { delayMs: 5_000 } }] },
    { clock },
  );
  const late = ecs.send(new ListTasksCommand({ cluster }));
  await ecs.send(new DescribeTasksCommand({ cluster, tasks: ['0'.repeat(32)] }));
  await eventually(() => clock.pending > 0);
  clock.pass(5_000);
  expect((await late).taskArns).toEqual([]);
});
