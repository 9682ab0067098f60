import { expect, test } from 'vitest';
import { deleteSandbox } from '../../../../lambdas/core/sandboxes/delete-sandbox.ts';
import { listSandboxes } from '../../../../lambdas/core/sandboxes/list-sandboxes.ts';
import { patchSandbox } from '../../../../lambdas/core/sandboxes/patch-sandbox.ts';
import { publicSandbox } from '../../../../lambdas/core/sandboxes/public-sandbox.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { unavailable } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const del = (sandbox_id: string, query = {}) => callOf('deleteSandbox', service, { params: { sandbox_id }, query });
const patch = (sandbox_id: string, body: object) => callOf('patchSandbox', service, { params: { sandbox_id }, body });

test('a delete is answered while the sandbox shuts down, and again once it has ended, however often', async () => {
  const { ports, ready, taskEvent, recordOf } = fakeService();
  const id = await ready();
  expect(await deleteSandbox(ports, del(id))).toMatchObject({ status: 202, body: { status: 'shutting_down' } });
  expect(await deleteSandbox(ports, del(id))).toMatchObject({ status: 202 });
  await taskEvent(id, {
    evidence: { stopCode: 'UserInitiated', stoppedReason: 'x', exitCode: 0, containerReason: undefined },
  });
  const ended = { status: 200, body: { status: 'stopped', stop_reason: 'user_requested' } };
  expect(await deleteSandbox(ports, del(id))).toMatchObject(ended);
  expect(await deleteSandbox(ports, del(id))).toMatchObject(ended);
  expect(recordOf(id)).toMatchObject({ status: 'stopped' });
});

test('a delete that could not reach ECS is written down, and can be repeated', async () => {
  const { ports, ready, beat } = fakeService();
  const id = await ready();
  const stop = ports.tasks.stop.bind(ports.tasks);
  ports.tasks.stop = async () => {
    throw unavailable();
  };
  await expect(deleteSandbox(ports, del(id, { graceful: 'false' }))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await beat(id, {})).toMatchObject({ body: { stop: 'now' } });
  ports.tasks.stop = stop;
  expect(await deleteSandbox(ports, del(id))).toMatchObject({ status: 202 });
});

test('a delete of a sandbox whose machine is gone ends it', async () => {
  const { ports, ready } = fakeService();
  const id = await ready();
  ports.tasks.launched.clear();
  expect(await deleteSandbox(ports, del(id))).toMatchObject({ status: 200, body: { status: 'stopped' } });
  expect(await ports.records.countLive('ada')).toBe(0);
});

test("somebody else's sandbox can neither be changed nor deleted", async () => {
  const { ports, ready } = fakeService();
  const id = await ready();
  const eve = { ...del(id), caller: person('eve') };
  await expect(deleteSandbox(ports, eve)).rejects.toMatchObject({ code: 'not_found' });
  const change = { ...patch(id, { labels: {} }), caller: person('eve') };
  await expect(patchSandbox(ports, change)).rejects.toMatchObject({ code: 'not_found' });
  expect(ports.tasks.stopped).toEqual([]);
});

test('a patch counts the time to live from now, and changes only what it names', async () => {
  const { ports, ready, clock } = fakeService();
  const id = await ready({ labels: { a: '1' } });
  clock.pass(60_000);
  const answer = await patchSandbox(ports, patch(id, { ttl_seconds: 120 }));
  expect(answer).toMatchObject({
    body: { ttl_seconds: 120, expires_at: new Date(clock.now() + 120_000).toISOString(), labels: { a: '1' } },
  });
  await expect(patchSandbox(ports, patch(id, { ttl_seconds: 500_000 }))).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'ttl_seconds', rule: 'expected at most 86400 in this deployment' },
  });
});

test('a sandbox that ends can not be changed any more', async () => {
  const { ports, ready, taskEvent } = fakeService();
  const id = await ready();
  await deleteSandbox(ports, del(id));
  await expect(patchSandbox(ports, patch(id, { labels: {} }))).rejects.toMatchObject({ code: 'sandbox_ended' });
  await taskEvent(id);
  await expect(patchSandbox(ports, patch(id, { labels: {} }))).rejects.toMatchObject({
    code: 'sandbox_ended',
    details: { status: 'stopped' },
  });
});

test('who extends a sandbox in time keeps it, and its agent hears of that when it asks at the old deadline', async () => {
  const { ports, ready, beat, clock } = fakeService();
  const id = await ready({ ttl_seconds: 60 });
  clock.pass(58_000);
  await patchSandbox(ports, patch(id, { ttl_seconds: 600 }));
  clock.pass(2_000);
  expect(await beat(id, {})).toMatchObject({
    body: { stop: 'no', expires_at: new Date(clock.now() + 598_000).toISOString() },
  });
});

test('the time to live is over when it is: who extends it too late is told so, and the agent that asks is told to stop', async () => {
  const { ports, ready, beat, clock, recordOf } = fakeService();
  const id = await ready({ ttl_seconds: 60 });
  clock.pass(59_500);
  const ended = { code: 'sandbox_ended', details: { status: 'ready', stop_reason: 'expired' } };
  await expect(patchSandbox(ports, patch(id, { ttl_seconds: 600 }))).rejects.toMatchObject(ended);
  clock.pass(500);
  expect(await beat(id, {})).toMatchObject({ body: { stop: 'graceful' } });
  expect(recordOf(id)).toMatchObject({ status: 'shutting_down', stop_reason: 'expired' });
  await expect(patchSandbox(ports, patch(id, { ttl_seconds: 600 }))).rejects.toMatchObject({ code: 'sandbox_ended' });
});

test('a sandbox that is deleted while it starts never becomes ready', async () => {
  const { ports, create, greet, taskIdOf, recordOf, taskEvent } = fakeService();
  const { sandbox_id: id } = await create();
  expect(await deleteSandbox(ports, del(id))).toMatchObject({ status: 202, body: { status: 'shutting_down' } });
  await expect(greet(taskIdOf(id))).rejects.toMatchObject({ code: 'sandbox_ended' });
  await taskEvent(id);
  expect(recordOf(id)).toMatchObject({ status: 'stopped', ready_at: null, stop_reason: 'user_requested' });
});

test('a sandbox costs what its machine costs, from launch to end', async () => {
  const { ready, recordOf, clock, taskEvent } = fakeService();
  const id = await ready({ size: 's' });
  clock.pass(3_600_000);
  const hour = publicSandbox(recordOf(id), clock.now()).cost_usd;
  expect(hour).toBeCloseTo(0.5 * 0.03238 + 0.00356 + 0.005, 5);
  await taskEvent(id);
  clock.pass(3_600_000);
  expect(publicSandbox(recordOf(id), clock.now()).cost_usd).toBeCloseTo(hour, 5);
});

test("a record's secrets stay in it", async () => {
  const { ready, recordOf, clock } = fakeService();
  const record = recordOf(await ready());
  const key = 'agent' in record ? record.agent?.channel_key : undefined;
  expect(key).toEqual(expect.any(String));
  const shown = JSON.stringify(publicSandbox(record, clock.now()));
  for (const secret of [key, 'arn:', 'created_by']) expect(shown).not.toContain(secret);
});

test('a service lists a user, or everybody in one state, and nothing without saying which', async () => {
  const { ports, create } = fakeService();
  await create();
  await create({ user_id: 'bob' });
  const list = async (query: object, caller: typeof service | ReturnType<typeof person> = service) => {
    const answer = await listSandboxes(ports, callOf('listSandboxes', caller, { query }));
    return 'body' in answer ? answer.body.sandboxes.map(({ user_id }) => user_id) : [];
  };
  expect(await list({ user_id: 'ada' })).toEqual(['ada']);
  expect((await list({ status: 'starting' })).sort()).toEqual(['ada', 'bob']);
  await expect(list({})).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'query.user_id' } });
  expect(await list({ status: 'starting' }, person('bob'))).toEqual(['bob']);
  await expect(list({ user_id: 'ada' }, person('bob'))).rejects.toMatchObject({ code: 'forbidden' });
  expect(await list({ user_id: 'ada' }, person('bob', true))).toEqual(['ada']);
});

test('a cursor continues a list, and one that is not ours is refused', async () => {
  const { ports, create, clock } = fakeService();
  for (let n = 0; n < 3; n++) {
    await create();
    clock.pass(1_000);
  }
  const page = async (query: object) => {
    const answer = await listSandboxes(
      ports,
      callOf('listSandboxes', service, { query: { user_id: 'ada', ...query } }),
    );
    if (!('body' in answer)) throw new Error('expected a page');
    return answer.body;
  };
  const first = await page({ limit: '2' });
  const second = await page({ limit: '2', cursor: first.next_cursor });
  expect([...first.sandboxes, ...second.sandboxes].map(({ sandbox_id }) => sandbox_id)).toHaveLength(3);
  expect(second.next_cursor).toBeNull();
  for (const cursor of ['x', Buffer.from('USER#bob').toString('base64url')])
    await expect(page({ cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'query.cursor' },
    });
});
