import { expect, test } from 'vitest';
import { deleteQuota } from '../../../lambdas/core/admin/delete-quota.ts';
import { getDeployment } from '../../../lambdas/core/admin/get-deployment.ts';
import { getQuota } from '../../../lambdas/core/admin/get-quota.ts';
import { patchDeployment } from '../../../lambdas/core/admin/patch-deployment.ts';
import { putQuota } from '../../../lambdas/core/admin/put-quota.ts';
import { stopAll } from '../../../lambdas/core/admin/stop-all.ts';
import { callOf, person, service } from '../../support/calls.ts';
import { unavailable } from '../../support/fakes/fakes.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const params = { user_id: 'ada' };

test('only operators come in: a service by its policy, a person by its group', async () => {
  const { ports } = fakeService();
  const forbidden = { code: 'forbidden' };
  const ada = person('ada');
  const body = { reason: 'x' };
  await expect(getDeployment(ports, callOf('getDeployment', ada))).rejects.toMatchObject(forbidden);
  const patch = callOf('patchDeployment', ada, { body: { accepting: false } });
  await expect(patchDeployment(ports, patch)).rejects.toMatchObject(forbidden);
  await expect(stopAll(ports, callOf('stopAll', ada, { body }))).rejects.toMatchObject(forbidden);
  await expect(getQuota(ports, callOf('getQuota', ada, { params }))).rejects.toMatchObject(forbidden);
  await expect(putQuota(ports, callOf('putQuota', ada, { params }))).rejects.toMatchObject(forbidden);
  await expect(deleteQuota(ports, callOf('deleteQuota', ada, { params }))).rejects.toMatchObject(forbidden);
  expect(ports.operators.state.accepting).toBe(true);
  expect(await getDeployment(ports, callOf('getDeployment', service))).toMatchObject({ status: 200 });
  expect(await getDeployment(ports, callOf('getDeployment', person('eve', true)))).toMatchObject({ status: 200 });
});

test('a closed deployment creates nothing and says why; opened again, it does', async () => {
  const { ports, create } = fakeService();
  const patch = (body: object) => patchDeployment(ports, callOf('patchDeployment', service, { body }));
  await patch({ accepting: false, reason: 'moving house' });
  await expect(create()).rejects.toMatchObject({
    code: 'closed',
    message: expect.stringContaining('moving house'),
    retryAfterSeconds: 60,
  });
  expect(ports.records.byId.size).toBe(0);
  expect(await patch({ accepting: true })).toMatchObject({ body: { accepting: true, reason: null } });
  expect((await create()).status).toBe('starting');
});

test('a day that has cost its cap creates nothing until midnight', async () => {
  const { ports, create, clock } = fakeService();
  await patchDeployment(ports, callOf('patchDeployment', service, { body: { daily_spend_cap_usd: 10 } }));
  ports.operators.spent = { todayUsd: 9.99, running: 1, usdPerHour: 1 };
  expect((await create()).status).toBe('starting');
  ports.operators.spent = { todayUsd: 10, running: 1, usdPerHour: 1 };
  const error = await create().catch((thrown: unknown) => thrown);
  const left = 86_400 - (Math.floor(clock.now() / 1000) % 86_400);
  expect(error).toMatchObject({ code: 'closed', retryAfterSeconds: left, details: { reason: 'daily_spend_cap' } });
});

test('a quota that was set for one user rules for it alone, and nothing is allowed by 0', async () => {
  const { ports, create } = fakeService();
  const set = (body: object) => putQuota(ports, callOf('putQuota', service, { params, body }));
  expect(await set({ live_sandboxes: 1 })).toMatchObject({
    body: { user_id: 'ada', quota: { live_sandboxes: 1, creates_per_minute: 1_000 }, override: { live_sandboxes: 1 } },
  });
  await create();
  await expect(create()).rejects.toMatchObject({ code: 'quota_exceeded' });
  expect((await create({ user_id: 'bob' })).status).toBe('starting');
  await set({ creates_per_minute: 0 });
  await expect(create()).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: expect.any(Number) });
  expect(await deleteQuota(ports, callOf('deleteQuota', service, { params }))).toMatchObject({
    body: { override: null, quota: { live_sandboxes: 3 } },
  });
  expect((await create()).status).toBe('starting');
});

test('stopping everything closes the deployment first and ends what there is, also what came meanwhile', async () => {
  const { ports, create, ready, recordOf } = fakeService();
  ports.quotas.overrides.set('ada', { live_sandboxes: 1_000 });
  const ids = [await ready(), await ready(), (await create()).sandbox_id];
  for (let n = 0; n < 20; n++) ids.push((await create()).sandbox_id);
  let late: string | undefined;
  const { list } = ports.records;
  ports.records.list = async (query) => {
    const page = await list.call(ports.records, query);
    expect(ports.operators.state).toMatchObject({ accepting: false, reason: 'an incident' });
    if (late === undefined && query.of && 'status' in query.of && query.of.status === 'ready') {
      // Its creation had read the switch before it was turned.
      ports.operators.state = { ...ports.operators.state, accepting: true };
      late = (await create()).sandbox_id;
      ports.operators.state = { ...ports.operators.state, accepting: false };
    }
    return page;
  };
  const call = callOf('stopAll', service, { body: { reason: 'an incident', graceful: false } });
  const answer = await stopAll(ports, call);
  if (!('later' in answer)) throw new Error('expected to wait');
  expect(await answer.later()).toEqual({ stopping: 24, failed: 0, complete: true });
  for (const id of [...ids, late ?? ''])
    expect(recordOf(id)).toMatchObject({ status: 'shutting_down', stop_wish: 'now' });
});

test('what can not be told to end is counted, and a table that fails leaves an answer that says so', async () => {
  const { ports, ready } = fakeService();
  const noted: object[] = [];
  const call = () => ({
    ...callOf('stopAll', service, { body: { reason: 'x' } }),
    note: (facts: object) => void noted.push(facts),
  });
  await ready();
  ports.tasks.stop = () => Promise.reject(unavailable());
  const first = await stopAll(ports, call());
  expect('later' in first && (await first.later())).toEqual({ stopping: 0, failed: 1, complete: true });
  expect(noted).not.toContainEqual({ code: 'unavailable' });
  ports.records.list = () => Promise.reject(unavailable());
  const second = await stopAll(ports, call());
  expect('later' in second && (await second.later())).toEqual({ stopping: 0, failed: 0, complete: false });
  expect(noted).toContainEqual({ code: 'unavailable' });
});

test('one sandbox that nobody can make sense of keeps no other from being told to end', async () => {
  const { ports, ready, recordOf } = fakeService();
  const [broken, sound] = [await ready(), await ready()];
  const { get } = ports.records;
  ports.records.get = async (id) => {
    if (id === broken) throw new TypeError('no record');
    return get.call(ports.records, id);
  };
  const answer = await stopAll(ports, callOf('stopAll', service, { body: { reason: 'x' } }));
  expect('later' in answer && (await answer.later())).toEqual({ stopping: 1, failed: 1, complete: true });
  expect(recordOf(sound)).toMatchObject({ status: 'shutting_down' });
});
