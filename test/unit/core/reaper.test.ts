import { expect, test } from 'vitest';
import { SandboxError } from '../../../contract/api/errors.ts';
import { reap } from '../../../lambdas/core/reaper/reap.ts';
import { deleteSandbox } from '../../../lambdas/core/sandboxes/delete-sandbox.ts';
import { settleTaskEvent } from '../../../lambdas/core/sandboxes/life/settle-task-event.ts';
import { patchSandbox } from '../../../lambdas/core/sandboxes/patch-sandbox.ts';
import { callOf, service } from '../../support/calls.ts';
import { FakeCluster } from '../../support/fakes/fake-cluster.ts';
import { FakeCursors, FakeDueRecords } from '../../support/fakes/fake-reaper.ts';
import { unavailable } from '../../support/fakes/fakes.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const minuteMs = 60_000;

/** A service whose minutes are run by the test. */
function begin() {
  const life = fakeService();
  const { clock, ports } = life;
  const cluster = new FakeCluster(clock, () => 0.5);
  ports.tasks.launch = (launch) => cluster.launch(launch);
  ports.tasks.stop = (arn) => cluster.stop(arn);
  const reaper = {
    ...ports,
    dueRecords: new FakeDueRecords(ports.records),
    lookups: cluster,
    cursors: new FakeCursors(),
  };
  const minute = async () => {
    clock.pass(minuteMs);
    await reap(reaper);
  };
  const minutes = async (count: number) => {
    for (let n = 0; n < count; n++) await minute();
  };
  const lineOf = (event: string) => ports.log.lines.filter(({ fields }) => fields['event'] === event).at(-1)?.fields;
  const countsOf = (job: 'overdue' | 'records' | 'tasks') => lineOf('reaper.run')?.[job];
  return { ...life, cluster, reaper, minute, minutes, lineOf, countsOf };
}

test('the time to live is enforced though the agent is dead, never later than four minutes after the deadline', async () => {
  const { ready, minutes, recordOf, cluster, ports, clock } = begin();
  const id = await ready({ ttl_seconds: 60 });
  const deadlineMs = Date.parse(recordOf(id).expires_at);
  clock.pass(30_000);
  await minutes(2);
  expect(recordOf(id)).toMatchObject({ status: 'shutting_down', stop_reason: 'expired' });
  clock.pass(deadlineMs + 4 * minuteMs - clock.now());
  expect(cluster.alive).toEqual([]);
  await minutes(2);
  expect(recordOf(id)).toMatchObject({ status: 'expired', stop_reason: 'expired' });
  expect(await ports.records.countLive('ada')).toBe(0);
});

test('nothing that is not due is touched', async () => {
  const { ready, minutes, recordOf, cluster, lineOf, countsOf } = begin();
  const id = await ready({ ttl_seconds: 7_200 });
  const before = recordOf(id);
  await minutes(5);
  expect(recordOf(id)).toEqual(before);
  expect(cluster.alive).toHaveLength(1);
  expect(countsOf('overdue')).toMatchObject({ ended: 0, still: 0, failed: 0 });
  expect(lineOf('reaper.run')).toMatchObject({ outcome: 'ok' });
});

test('a sandbox that was given more time is left alone, also when the index has not heard of it', async () => {
  const { ready, reaper, recordOf, ports, clock, cluster } = begin();
  const id = await ready({ ttl_seconds: 60 });
  const stale = recordOf(id);
  await patchSandbox(
    ports,
    callOf('patchSandbox', service, { params: { sandbox_id: id }, body: { ttl_seconds: 600 } }),
  );
  clock.pass(3 * minuteMs);
  const due = async function* () {
    yield [stale];
  };
  await reap({ ...reaper, dueRecords: { due, live: async () => ({ records: [], next: undefined }) } });
  expect(recordOf(id).status).toBe('ready');
  expect(cluster.alive).toMatchObject([{ desiredStatus: 'RUNNING' }]);
});

test('a sandbox that never becomes ready ends after ten minutes', async () => {
  const { create, minutes, recordOf, cluster } = begin();
  const { sandbox_id: id } = await create({});
  await minutes(9);
  expect(recordOf(id).status).toBe('starting');
  await minutes(2);
  expect(recordOf(id)).toMatchObject({ stop_reason: 'start_timeout' });
  await minutes(2);
  expect(recordOf(id)).toMatchObject({ status: 'failed', stop_reason: 'start_timeout' });
  expect(cluster.alive).toEqual([]);
});

test('the first command of a sandbox has its own time beside that of the start', async () => {
  const { create, minutes, recordOf } = begin();
  const { sandbox_id: id } = await create({ on_ready: { command: 'make', timeout_seconds: 600 } });
  await minutes(19);
  expect(recordOf(id).status).toBe('starting');
  await minutes(3);
  expect(recordOf(id)).toMatchObject({ stop_reason: 'start_timeout' });
});

test('a launch nobody knows the outcome of is looked for, stopped and settled', async () => {
  const { create, minutes, recordOf, cluster, ports, clock } = begin();
  ports.tasks.launch = async (launch) => {
    await cluster.launch(launch);
    throw unavailable();
  };
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  await minutes(1);
  expect(recordOf(id).status).toBe('creating');
  clock.pass(30_000);
  await minutes(1);
  expect(recordOf(id)).toMatchObject({ status: 'shutting_down', stop_reason: 'platform', task: {} });
  await minutes(3);
  expect(recordOf(id)).toMatchObject({ status: 'failed', stop_reason: 'platform' });
  expect(cluster.alive).toEqual([]);
  expect(await ports.records.countLive('ada')).toBe(0);
});

test('a launch that never reached ECS ends its sandbox without a machine', async () => {
  const { create, minutes, recordOf, ports } = begin();
  ports.tasks.launch = async () => {
    throw unavailable();
  };
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  await minutes(3);
  expect(recordOf(id)).toMatchObject({ status: 'failed', stop_reason: 'platform', billed_from: null });
});

test('a launch that failed before anybody wrote it down ends with what ECS says of it', async () => {
  const { create, minutes, recordOf, cluster, ports, taskIdOf } = begin();
  ports.tasks.launch = async (launch) => {
    const launched = await cluster.launch(launch);
    if (launched.kind === 'accepted') cluster.exit(launched.task.id, 5);
    throw unavailable();
  };
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  expect(taskIdOf(id)).toBe('');
  await minutes(3);
  expect(recordOf(id)).toMatchObject({ status: 'failed', stop_reason: 'on_ready_failed' });
});

test('a delete whose stop never reached ECS is made good within minutes', async () => {
  const { ready, minutes, recordOf, cluster, ports } = begin();
  const id = await ready();
  const { stop } = ports.tasks;
  ports.tasks.stop = async () => {
    throw unavailable();
  };
  const call = callOf('deleteSandbox', service, { params: { sandbox_id: id } });
  await expect(deleteSandbox(ports, call)).rejects.toMatchObject({ code: 'unavailable' });
  ports.tasks.stop = stop;
  await minutes(5);
  expect(recordOf(id)).toMatchObject({ status: 'stopped', stop_reason: 'user_requested' });
  expect(cluster.alive).toEqual([]);
});

test('a stop that hangs is settled when ECS no longer knows the task', async () => {
  const { ready, minutes, recordOf, cluster, ports, taskIdOf } = begin();
  const id = await ready();
  cluster.stop = async () => 'stopping';
  ports.tasks.stop = async () => 'stopping';
  await deleteSandbox(ports, callOf('deleteSandbox', service, { params: { sandbox_id: id } }));
  await minutes(5);
  expect(recordOf(id).status).toBe('shutting_down');
  cluster.vanish(taskIdOf(id));
  await minutes(2);
  expect(recordOf(id)).toMatchObject({ status: 'stopped', stop_reason: 'user_requested' });
});

test('a machine that outlives its deadline by four minutes is counted, as long as it does', async () => {
  const { ready, minutes, countsOf, ports } = begin();
  await ready({ ttl_seconds: 60 });
  ports.tasks.stop = async () => 'stopping';
  await minutes(4);
  expect(countsOf('overdue')).toMatchObject({ expiredStillRunning: 0 });
  await minutes(4);
  expect(countsOf('overdue')).toMatchObject({ expiredStillRunning: 1 });
});

test('a machine that died unheard is found, and its sandbox settled', async () => {
  const { ready, minutes, recordOf, cluster, taskIdOf } = begin();
  const [died, lost] = [await ready(), await ready()];
  cluster.exit(taskIdOf(died), 137);
  cluster.vanish(taskIdOf(lost));
  await minutes(4);
  expect(recordOf(died)).toMatchObject({ status: 'failed', stop_reason: 'error' });
  expect(recordOf(lost)).toMatchObject({ status: 'failed', stop_reason: 'lost', stop_detail: 'its machine is gone' });
});

test('a task of the cluster that no sandbox has is stopped, when it is old enough to tell', async () => {
  const { minute, minutes, cluster, lineOf, countsOf, ready } = begin();
  await ready();
  cluster.intrude('stranger');
  await minute();
  expect(countsOf('tasks')).toMatchObject({ looked: 2, orphanedTasks: 0 });
  await minutes(2);
  expect(lineOf('reaper.orphan')).toMatchObject({ taskId: 'stranger', outcome: 'stopped' });
  await minutes(3);
  expect(cluster.alive).toHaveLength(1);
});

test('a machine that arrives after its sandbox has ended is stopped by its own first event', async () => {
  const { create, cluster, ports, clock } = begin();
  ports.tasks.launch = async (launch) => {
    await cluster.launch(launch);
    throw unavailable();
  };
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  await deleteSandbox(ports, callOf('deleteSandbox', service, { params: { sandbox_id: id } }));
  const [event] = cluster.events;
  if (event === undefined) throw new Error('expected an event of the launch');
  expect(await settleTaskEvent(ports, event)).toMatchObject({ isStopped: true, record: { status: 'stopped' } });
  clock.pass(2 * minuteMs);
  expect(cluster.alive).toEqual([]);
});

test('one record that fails keeps no other from ending, and is tried again the next minute', async () => {
  const { ready, minutes, recordOf, ports, cluster, clock } = begin();
  const [first, second] = [await ready({ ttl_seconds: 60 }), await ready({ ttl_seconds: 60 })];
  const { stop } = ports.tasks;
  ports.tasks.stop = async (arn) => {
    if (arn === firstArn) throw unavailable();
    return await stop(arn);
  };
  const firstRecord = recordOf(first);
  const firstArn = 'task' in firstRecord ? firstRecord.task.arn : '';
  clock.pass(30_000);
  await minutes(2);
  expect([recordOf(first).status, recordOf(second).status]).toEqual(['shutting_down', 'shutting_down']);
  expect(cluster.alive.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')).toHaveLength(1);
  ports.tasks.stop = stop;
  await minutes(4);
  expect([recordOf(first).status, recordOf(second).status]).toEqual(['expired', 'expired']);
});

test('when ECS wants fewer calls the rest is left to the next run', async () => {
  const { ready, minutes, ports, countsOf } = begin();
  for (let n = 0; n < 3; n++) await ready({ ttl_seconds: 60 });
  let calls = 0;
  ports.tasks.stop = async () => {
    calls += 1;
    throw new SandboxError('rate_limited', 'tasks: too many calls at once');
  };
  await minutes(3);
  expect(countsOf('overdue')).toMatchObject({ throttled: 1 });
  expect(calls).toBeLessThanOrEqual(6);
});

test('a run takes its time: what does not fit waits for the next minute', async () => {
  const { ready, minute, ports, reaper, clock, countsOf } = begin();
  ports.deployment = { ...ports.deployment, quotas: { ...ports.deployment.quotas, live_sandboxes_per_user: 100 } };
  for (let n = 0; n < 60; n++) await ready({ ttl_seconds: 60 });
  const { stop } = ports.tasks;
  ports.tasks.stop = async (arn) => {
    clock.pass(1_000);
    return await stop(arn);
  };
  clock.pass(90_000);
  await minute();
  const { ended } = countsOf('overdue') as { ended: number };
  expect(ended).toBeGreaterThan(0);
  expect(ended).toBeLessThan(60);
  ports.tasks.stop = stop;
  await reap(reaper);
  expect(countsOf('overdue')).toMatchObject({ ended: 60 - ended });
});
