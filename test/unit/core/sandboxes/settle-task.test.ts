import { expect, test } from 'vitest';
import { exitCodes } from '../../../../contract/agent/exit-codes.ts';
import { stopReason } from '../../../../lambdas/core/sandboxes/life/stop-evidence.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const none = { stopCode: undefined, stoppedReason: undefined, exitCode: undefined, containerReason: undefined };

test.each([
  ['out_of_memory', { containerReason: 'OutOfMemoryError: Container killed due to memory usage', exitCode: 137 }],
  ['spot_interruption', { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }],
  ['image_pull_failed', { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: not found' }],
  ['platform', { stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: no route' }],
  ['platform', { stopCode: 'UserInitiated', stoppedReason: 'somebody' }],
  ['platform', { stopCode: 'TerminationNotice' }],
  ['capacity', { stopCode: 'TaskFailedToStart', stoppedReason: 'Capacity is unavailable at this time.' }],
  [
    'capacity',
    {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'Unexpected EC2 error while attempting to Create Network Interface with public IP: no address',
    },
  ],
  ['platform', { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotStartContainerError: no such file' }],
  ['platform', { stopCode: 'TaskFailedToStart', stoppedReason: 'InternalError: Timeout waiting for network' }],
  ['image_pull_failed', { stopCode: 'TaskFailedToStart', containerReason: 'CannotPullImageManifestError: denied' }],
  ['platform', { stopCode: 'InfrastructureHealth', stoppedReason: 'The host of the task went away.', exitCode: 137 }],
  ['on_ready_failed', { stopCode: 'EssentialContainerExited', exitCode: exitCodes.onReady }],
  ['platform', { stopCode: 'EssentialContainerExited', exitCode: exitCodes.isolation }],
  ['error', { stopCode: 'EssentialContainerExited', exitCode: 137 }],
  ['error', { stopCode: 'EssentialContainerExited', exitCode: exitCodes.internal }],
  ['lost', {}],
])('the evidence says %s', (reason, evidence) => {
  expect(stopReason({ ...none, ...evidence }).reason).toBe(reason);
});

test('an agent that ends in good order after the deadline, unheard, has ended for that', async () => {
  const { ready, taskEvent, recordOf, clock } = fakeService();
  const evidence = { ...none, stopCode: 'EssentialContainerExited', exitCode: 0 };
  const early = await ready();
  await taskEvent(early, { evidence });
  expect(recordOf(early)).toMatchObject({ status: 'failed', stop_reason: 'error' });
  const late = await ready({ ttl_seconds: 60 });
  clock.pass(61_000);
  await taskEvent(late, { evidence });
  expect(recordOf(late)).toMatchObject({ status: 'expired', stop_reason: 'expired' });
});

test('what is known beyond the reason is kept in words, cut', () => {
  expect(stopReason({ ...none, stoppedReason: 'Essential container exited', exitCode: 9 }).detail).toBe(
    'Essential container exited; exit code 9',
  );
  expect(stopReason({ ...none, stoppedReason: 'x'.repeat(5_000) }).detail).toHaveLength(1_000);
  expect(stopReason(none).detail).toBeNull();
});

test('events that are doubled or late change nothing', async () => {
  const { ready, taskEvent, recordOf } = fakeService();
  const id = await ready();
  const stopping = { lastStatus: 'RUNNING', desiredStatus: 'STOPPED', version: 7 };
  await taskEvent(id, { ...stopping, evidence: { ...none, stopCode: 'SpotInterruption' } });
  const once = recordOf(id);
  expect(once).toMatchObject({ status: 'shutting_down', stop_reason: 'spot_interruption', task: { event_version: 7 } });
  await taskEvent(id, stopping);
  await taskEvent(id, { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', version: 6 });
  await taskEvent(id, { lastStatus: 'STOPPED', version: 7 });
  expect(recordOf(id)).toEqual(once);
  await taskEvent(id, { version: 8 });
  const ended = recordOf(id);
  expect(ended).toMatchObject({ status: 'failed', stop_reason: 'spot_interruption' });
  await taskEvent(id, { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', version: 9 });
  await taskEvent(id, { version: 10 });
  expect(recordOf(id)).toEqual(ended);
});

test('an event of another task changes nothing', async () => {
  const { ready, taskEvent, recordOf } = fakeService();
  const id = await ready();
  await taskEvent(id, { id: 'e'.repeat(32), version: 50 });
  expect(recordOf(id).status).toBe('ready');
});

test('a task that stops before anybody has written it down fails its sandbox', async () => {
  const { create, ports, taskEvent, recordOf } = fakeService();
  ports.tasks.script.push('lost');
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  await taskEvent(id, {
    evidence: { ...none, stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: x' },
  });
  expect(recordOf(id)).toMatchObject({ status: 'failed', stop_reason: 'image_pull_failed', billed_from: null });
});

test('a task of somebody else is none of ours', async () => {
  const { taskEvent, ready } = fakeService();
  const id = await ready();
  expect(await taskEvent(id, { startedBy: undefined })).toBeUndefined();
  expect(await taskEvent(id, { startedBy: 'ecs-svc/123' })).toBeUndefined();
  expect(await taskEvent(id, { startedBy: `sbx_${'1'.repeat(26)}` })).toBeUndefined();
});
