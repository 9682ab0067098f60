import { expect, test } from 'vitest';
import { createSandbox } from '../../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { deleteSandbox } from '../../../../lambdas/core/sandboxes/delete-sandbox.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { taskFor } from '../../../support/fakes/fakes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

test('a sandbox is there at once, and its machine on the way', async () => {
  const { create, ports } = fakeService();
  const sandbox = await create({ env: { TOKEN: 'secret' }, labels: { team: 'x' }, size: 'm' });
  expect(sandbox).toMatchObject({
    status: 'starting',
    user_id: 'ada',
    generation: 0,
    labels: { team: 'x' },
    size: { name: 'm', cpu: 1, memory_mb: 2_048, disk_gb: 20 },
  });
  expect([...ports.tasks.launched.keys()]).toEqual([`${sandbox.sandbox_id}-1`]);
  expect(JSON.stringify([...ports.tasks.launched.values()])).not.toContain('secret');
});

test('the same key and request give the same sandbox, another request is refused', async () => {
  const { create, ports } = fakeService();
  const first = await create({ labels: { a: '1', b: '2' } }, 'key');
  const again = await create({ labels: { b: '2', a: '1' } }, 'key');
  expect(again.sandbox_id).toBe(first.sandbox_id);
  expect(ports.tasks.launched.size).toBe(1);
  await expect(create({ labels: { a: '2' } }, 'key')).rejects.toMatchObject({ code: 'idempotency_conflict' });
});

test('a key belongs to its caller', async () => {
  const { create, ports } = fakeService();
  const first = await create({}, 'key');
  const headers = { 'idempotency-key': 'key' };
  const other = await createSandbox(
    ports,
    callOf('createSandbox', person('ada'), { headers, body: { user_id: 'ada' } }),
  );
  expect('body' in other && other.body.sandbox_id).not.toBe(first.sandbox_id);
});

test('two calls with one key at once make one sandbox and one machine', async () => {
  const { create, ports } = fakeService();
  const both = await Promise.all([create({}, 'key'), create({}, 'key')]);
  expect(new Set(both.map(({ sandbox_id }) => sandbox_id)).size).toBe(1);
  expect(ports.tasks.launched.size).toBe(1);
  expect(ports.records.byId.size).toBe(1);
});

test('a launch whose answer is lost is found again with the same key, and nothing is launched twice', async () => {
  const { create, ports } = fakeService();
  ports.tasks.script.push('lost');
  await expect(create({}, 'key')).rejects.toMatchObject({ code: 'unavailable' });
  expect([...ports.records.byId.values()].map(({ status }) => status)).toEqual(['creating']);
  const found = await create({}, 'key');
  expect(found.status).toBe('starting');
  expect(ports.tasks.launched.size).toBe(1);
});

test('a launch that never reached ECS is made by the next call with the same key', async () => {
  const { create, ports } = fakeService();
  ports.tasks.script.push('never');
  await expect(create({}, 'key')).rejects.toMatchObject({ code: 'unavailable' });
  expect(ports.tasks.launched.size).toBe(0);
  expect((await create({}, 'key')).status).toBe('starting');
});

test('a launch whose answer is lost is adopted by the first event of its task', async () => {
  const { create, ports, taskEvent, recordOf, greet } = fakeService();
  ports.tasks.script.push('lost');
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  const [id = ''] = ports.records.byId.keys();
  const task = taskFor(`${id}-1`);
  await expect(greet(task.id)).rejects.toMatchObject({ code: 'sandbox_not_ready', retry: true });
  await taskEvent(id, { ...task, lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', version: 1 });
  expect(recordOf(id)).toMatchObject({ status: 'starting', task });
  expect((await greet(task.id)).status).toBe(200);
});

test('a launch that is answered after its event changes nothing more', async () => {
  const { create, ports, taskEvent, recordOf } = fakeService();
  ports.tasks.beforeAnswer = async () => {
    const [id = ''] = ports.records.byId.keys();
    await taskEvent(id, { ...taskFor(`${id}-1`), lastStatus: 'PENDING', desiredStatus: 'RUNNING', version: 2 });
  };
  const { sandbox_id: id } = await create();
  expect(recordOf(id)).toMatchObject({ status: 'starting', version: 2, task: { event_version: 2 } });
  expect(ports.tasks.stopped).toEqual([]);
});

test('a machine that arrives after its sandbox was deleted is stopped', async () => {
  const { create, ports } = fakeService();
  ports.tasks.beforeAnswer = async () => {
    const [id = ''] = ports.records.byId.keys();
    const answer = await deleteSandbox(ports, callOf('deleteSandbox', service, { params: { sandbox_id: id } }));
    expect(answer).toMatchObject({ status: 200, body: { status: 'stopped', stop_reason: 'user_requested' } });
  };
  const sandbox = await create();
  expect(sandbox.status).toBe('stopped');
  expect(ports.tasks.stopped).toEqual([taskFor(`${sandbox.sandbox_id}-1`).arn]);
  expect(await ports.records.countLive('ada')).toBe(0);
});

test('without room on one kind of capacity the next one is tried, as an attempt of its own', async () => {
  const { create, ports } = fakeService();
  ports.tasks.script.push({ kind: 'refused', reason: 'capacity', detail: 'no Spot', nextAttempt: 2 });
  const sandbox = await create({});
  expect(sandbox.status).toBe('starting');
  expect([...ports.tasks.launched]).toMatchObject([[`${sandbox.sandbox_id}-2`, { attempt: 2 }]]);
});

test('a second attempt whose answer is lost is not launched again under another token', async () => {
  const { create, ports } = fakeService();
  ports.tasks.script.push({ kind: 'refused', reason: 'capacity', detail: 'no Spot', nextAttempt: 2 }, 'lost');
  await expect(create({}, 'key')).rejects.toMatchObject({ code: 'unavailable' });
  const sandbox = await create({}, 'key');
  expect([...ports.tasks.launched.keys()]).toEqual([`${sandbox.sandbox_id}-2`]);
});

test('without room the call fails, the record says so, and the key is free again', async () => {
  const { create, ports } = fakeService();
  ports.tasks.script.push({
    kind: 'refused',
    reason: 'capacity',
    detail: 'Capacity is unavailable',
    nextAttempt: undefined,
  });
  await expect(create({}, 'key')).rejects.toMatchObject({
    code: 'capacity_unavailable',
    retryAfterSeconds: 15,
    details: { reason: 'Capacity is unavailable' },
  });
  expect([...ports.records.byId.values()]).toMatchObject([{ status: 'failed', stop_reason: 'capacity' }]);
  expect(await ports.records.countLive('ada')).toBe(0);
  expect((await create({}, 'key')).status).toBe('starting');
});

test('a writer that is overtaken reads again', async () => {
  const { create, ports } = fakeService();
  let overtaken = 0;
  ports.records.beforeReplace = ({ sandbox_id, version }) => {
    const kept = ports.records.byId.get(sandbox_id);
    if (kept && overtaken++ < 3) kept.version = version + 1;
  };
  expect((await create()).status).toBe('starting');
});

test('others that are always faster give a conflict in the end', async () => {
  const { create, ports } = fakeService();
  ports.records.beforeReplace = ({ sandbox_id, version }) => {
    const kept = ports.records.byId.get(sandbox_id);
    if (kept) kept.version = version + 1;
  };
  await expect(create()).rejects.toMatchObject({ code: 'conflict', retry: true });
});

test('the quota counts what has not ended', async () => {
  const { create, ports, taskEvent } = fakeService();
  const [first] = [await create(), await create(), await create()];
  await expect(create()).rejects.toMatchObject({ code: 'quota_exceeded', retryAfterSeconds: 30 });
  expect(ports.records.byId.size).toBe(3);
  await taskEvent(first.sandbox_id);
  expect((await create()).status).toBe('starting');
});

test('a person creates for itself, an admin for anybody, a service must say for whom', async () => {
  const { ports } = fakeService();
  const own = await createSandbox(ports, callOf('createSandbox', person('bob')));
  expect('body' in own && own.body.user_id).toBe('bob');
  const body = { user_id: 'eve' };
  await expect(createSandbox(ports, callOf('createSandbox', person('bob'), { body }))).rejects.toMatchObject({
    code: 'forbidden',
    details: { field: 'user_id' },
  });
  const other = await createSandbox(ports, callOf('createSandbox', person('bob', true), { body }));
  expect('body' in other && other.body.user_id).toBe('eve');
  await expect(createSandbox(ports, callOf('createSandbox', service))).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'user_id' },
  });
});

test.each([
  [{ template: 'nope' }, 'template'],
  [{ ttl_seconds: 100_000 }, 'ttl_seconds'],
  [{ size: 's', cpu: 1 }, 'size'],
  [{ memory_mb: 512 }, 'cpu'],
  [{ cpu: 1 }, 'memory_mb'],
  [{ cpu: 3, memory_mb: 4_096 }, 'cpu'],
  [{ cpu: 1, memory_mb: 512 }, 'memory_mb'],
])('fails when asked for %j, and names the field', async (body, field) => {
  const { create, ports } = fakeService();
  await expect(create(body)).rejects.toMatchObject({ code: 'invalid_request', details: { field } });
  expect(ports.records.byId.size).toBe(0);
});

test('a caller that waits gets the sandbox once it is ready', async () => {
  const { ports, greet, taskIdOf, beat, recordOf } = fakeService();
  const call = callOf('createSandbox', service, { body: { user_id: 'ada' }, query: { wait: 'true' } });
  const answer = await createSandbox(ports, call);
  if (!('later' in answer)) throw new Error('expected to wait');
  const waiting = answer.later();
  const [id = ''] = ports.records.byId.keys();
  await greet(taskIdOf(id));
  await beat(id, {});
  expect(await waiting).toMatchObject({ status: 'ready', ready_at: expect.any(String) });
  expect(recordOf(id).status).toBe('ready');
});

test('a caller that waits in vain gets the sandbox as it stands, also when reading fails on the way', async () => {
  const { ports, clock } = fakeService();
  const call = callOf('createSandbox', service, { body: { user_id: 'ada' }, query: { wait: 'true' } });
  const answer = await createSandbox(ports, call);
  if (!('later' in answer)) throw new Error('expected to wait');
  const since = clock.now();
  expect(await answer.later()).toMatchObject({ status: 'starting' });
  expect(clock.now() - since).toBeGreaterThan(270_000);
  expect(clock.now() - since).toBeLessThanOrEqual(280_000);
});
