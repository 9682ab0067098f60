import { ListTasksCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import type { TaskStateChange } from '../../../local/ecs/events/state-change-event.ts';
import { eventually, startCompute, temporaryFolder } from '../../support/machines/compute.ts';
import { processEngine } from '../../support/machines/process-engine.ts';

const sleeps = 'exec sleep 600';
const statuses = (events: readonly TaskStateChange[]) => events.map(({ detail }) => detail.lastStatus);

test('a task goes through the states of ECS, and each one is an event with a higher version', async () => {
  const { register, run, reaches, stopTask, events } = await startCompute();
  await register(sleeps);
  const task = await run({ startedBy: 'sbx_1' });
  const running = await reaches(task, 'RUNNING');
  expect(running).toMatchObject({ desiredStatus: 'RUNNING', startedBy: 'sbx_1', startedAt: expect.any(Date) });
  await stopTask(task, 'enough');
  const stopped = await reaches(task, 'STOPPED');
  expect(stopped).toMatchObject({
    desiredStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    stoppedReason: 'enough',
    stoppedAt: expect.any(Date),
    containers: [{ lastStatus: 'STOPPED', exitCode: 143 }],
  });
  await eventually(() => statuses(events).includes('STOPPED'));
  expect(statuses(events)).toEqual([
    'PROVISIONING',
    'PENDING',
    'RUNNING',
    'DEACTIVATING',
    'STOPPING',
    'DEPROVISIONING',
    'STOPPED',
  ]);
  expect(events.map(({ detail }) => detail.version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(events.at(-1)).toMatchObject({
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    resources: [task],
    detail: { startedBy: 'sbx_1', stoppedAt: stopped.stoppedAt?.toISOString() },
  });
});

test('a container that ends by itself leaves its exit code', async () => {
  const { register, run, reaches } = await startCompute();
  await register('exit 3');
  expect(await reaches(await run(), 'STOPPED')).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ exitCode: 3 }],
  });
});

test('a machine that can’t be started is a task that failed to start', async () => {
  const engine = processEngine(() => {
    throw new Error('no room');
  });
  const { register, run, reaches } = await startCompute({ engine });
  await register(sleeps);
  expect(await reaches(await run(), 'STOPPED')).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotStartContainerError: no room',
    containers: [{ reason: 'CannotStartContainerError: no room' }],
  });
});

test('a container that ignores SIGTERM is killed when its stop time-out is over', async () => {
  const { register, run, reaches, stopTask } = await startCompute({ clock: createClock(20, Date.now()) });
  await register('trap "" TERM; while :; do sleep 0.01; done');
  const task = await run();
  await reaches(task, 'RUNNING');
  await stopTask(task);
  expect(await reaches(task, 'STOPPED')).toMatchObject({ containers: [{ exitCode: 137 }] });
});

test('a task that is stopped before it runs never runs, and the first reason counts', async () => {
  const stopped = Promise.withResolvers<void>();
  const engine = processEngine(() => stopped.promise);
  const { register, run, reaches, stopTask, events } = await startCompute({ engine });
  await register(sleeps);
  const task = await run();
  await stopTask(task, 'first');
  await stopTask(task, 'second');
  stopped.resolve();
  expect(await reaches(task, 'STOPPED')).toMatchObject({ stoppedReason: 'first' });
  expect(await stopTask(task)).toMatchObject({ task: { lastStatus: 'STOPPED', stoppedReason: 'first' } });
  await eventually(() => statuses(events).includes('STOPPED'));
  expect(statuses(events)).not.toContain('RUNNING');
});

test('a stopped task is described for an hour and then gone', async () => {
  const { register, run, describe } = await startCompute({ clock: createClock(20_000, Date.now()) });
  await register('exit 0');
  const task = await run();
  await eventually(async () => (await describe(task)) === undefined);
});

test('an event whose receiver fails comes again', async () => {
  let failures = 2;
  const heard: string[] = [];
  const { register, run } = await startCompute({
    clock: createClock(100, Date.now()),
    onEvent: async ({ detail }) => {
      if (detail.lastStatus === 'RUNNING' && failures-- > 0) throw new Error('not now');
      heard.push(detail.lastStatus);
    },
  });
  await register(sleeps);
  await run();
  await eventually(() => heard.includes('RUNNING'));
});

test('disposing stops every task and delivers its last event', async () => {
  const { register, run, reaches, stop, events } = await startCompute();
  await register(sleeps);
  await reaches(await run(), 'RUNNING');
  await stop();
  expect(events.at(-1)?.detail).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TerminationNotice' });
});

test('after a kill the next start finds its tasks gone and says so, once more for what nobody heard', async () => {
  const dataDir = temporaryFolder();
  const silence = new Promise<void>(() => undefined);
  // Its events are never heard, and it goes on beside the second one: as far as the disk can tell, it was killed.
  const first = await startCompute({ dataDir, clock: createClock(100, Date.now()), onEvent: () => silence });
  await first.register(sleeps);
  const task = await first.run({ startedBy: 'sbx_1' });
  await first.reaches(task, 'RUNNING');

  const second = await startCompute({ dataDir });
  expect(await second.describe(task)).toMatchObject({
    lastStatus: 'STOPPED',
    stopCode: 'InfrastructureHealth',
    startedBy: 'sbx_1',
  });
  await eventually(() => statuses(second.events).includes('STOPPED'));
  const { taskArns } = await second.ecs.send(new ListTasksCommand({ cluster: second.cluster }));
  expect(taskArns).toEqual([]);
  // Its definition is still there as well.
  expect(await second.run({ taskDefinition: 'base:1' })).toContain(':task/');
});
