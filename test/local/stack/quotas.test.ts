import { expect, test, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { type Caller, call, createReady, exec, expectError, untilEnded } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

const personOf = async (stack: Stack, userId: string): Promise<Caller> => ({
  fetch: await stack.asPerson(userId),
  door: '/v1',
});
const adminOf = async (stack: Stack): Promise<Caller> => ({ fetch: await stack.asAdmin(), door: '/v1' });
const patient = { timeout: 15_000, interval: 200 };
const create = (caller: Caller) => call<Sandbox>(caller, 'POST', '/sandboxes', {});

test('creations and commands have a bound by the minute, which Retry-After says the end of', async () => {
  await using stack = await startStack({ createsPerUserPerMinute: 2, commandsPerUserPerMinute: 3 });
  const ann = await personOf(stack, 'ann');
  const { sandbox_id: id } = await createReady(ann);
  const minute = () => Math.floor(stack.service.clock.now() / 60_000);
  const begun = minute();
  const refused = await vi.waitFor(async () => {
    const answer = await create(ann);
    // A minute that ends meanwhile begins a new count.
    expect(answer.status).toBe(429);
    return answer;
  }, patient);
  await expectError(Promise.resolve(refused), 'rate_limited', 429);
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);

  const run = () => call(ann, 'POST', `/sandboxes/${id}/exec`, { command: 'true' });
  const statuses: number[] = [];
  while (!statuses.includes(429)) statuses.push((await run()).status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
  if (minute() === begun) expect(statuses).toEqual([200, 200, 200, 429]);
  const { body } = await call(ann, 'GET', '/me');
  expect(body).toMatchObject({ quota: { live_sandboxes: 20, creates_per_minute: 2, commands_per_minute: 3 } });
});

test('an operator sets what one user may, closes the deployment, and ends everything', async () => {
  await using stack = await startStack();
  const [ann, bob, admin] = [await personOf(stack, 'ann'), await personOf(stack, 'bob'), await adminOf(stack)];
  const service: Caller = { fetch: stack.asService, door: '/iam/v1' };
  await expectError(call(ann, 'GET', '/admin/deployment'), 'forbidden', 403);
  await expectError(call(ann, 'POST', '/admin/stop-all', { reason: 'x' }), 'forbidden', 403);
  await expectError(call(ann, 'PUT', '/admin/users/ann/quota', { live_sandboxes: 9 }), 'forbidden', 403);

  expect(await call(admin, 'PUT', '/admin/users/bob/quota', { live_sandboxes: 0 })).toMatchObject({
    status: 200,
    body: { user_id: 'bob', quota: { live_sandboxes: 0 }, override: { live_sandboxes: 0 } },
  });
  await expectError(create(bob), 'quota_exceeded', 429);
  await call(admin, 'DELETE', '/admin/users/bob/quota');
  const one = await createReady(ann);
  const other = await createReady(bob);
  expect(await call(service, 'GET', '/admin/deployment')).toMatchObject({
    body: { accepting: true, running_sandboxes: 2, usd_per_hour: 0.0495 },
  });

  await call(admin, 'PATCH', '/admin/deployment', { daily_spend_cap_usd: 0 });
  await expectError(create(ann), 'closed', 503);
  await call(admin, 'PATCH', '/admin/deployment', { daily_spend_cap_usd: null });
  const stopped = await call(admin, 'POST', '/admin/stop-all', { reason: 'an incident', graceful: false });
  expect(stopped).toMatchObject({ status: 200, body: { stopping: 2, failed: 0, complete: true } });
  const closed = await create(ann);
  expect(await expectError(Promise.resolve(closed), 'closed', 503)).toMatchObject({ reason: 'an incident' });
  for (const [caller, { sandbox_id }] of [
    [ann, one],
    [bob, other],
  ] as const)
    expect(await untilEnded(caller, sandbox_id)).toMatchObject({ stop_reason: 'user_requested' });
  expect(await call(service, 'PATCH', '/admin/deployment', { accepting: true })).toMatchObject({
    body: { accepting: true, reason: null, running_sandboxes: 0 },
  });
  expect((await create(ann)).status).toBe(201);
});

test('what was used is told by day and by kind, and to nobody else', async () => {
  await using stack = await startStack();
  const [ann, bob, admin] = [await personOf(stack, 'ann'), await personOf(stack, 'bob'), await adminOf(stack)];
  const { sandbox_id: id } = await createReady(ann, { labels: { team: 'red' } });
  for (let n = 0; n < 3; n++) await exec(ann, id, { command: 'true' });
  await call(ann, 'DELETE', `/sandboxes/${id}`);
  const ended = await untilEnded(ann, id);
  expect(ended.cost_usd).toBeGreaterThan(0);
  const told = { sandboxes: 1, sandbox_seconds: 60, commands: 3, usd: ended.cost_usd };
  const usage = async (caller: Caller, query: string) => (await call(caller, 'GET', `/usage${query}`)).body;
  await expect.poll(() => usage(ann, '')).toMatchObject({ user_id: 'ann', group_by: 'day', rows: [told], total: told });
  expect(await usage(ann, '?group_by=label.team')).toMatchObject({ rows: [{ key: 'red', ...told }] });
  expect(await usage(ann, '?group_by=label.other')).toMatchObject({ rows: [{ key: null, ...told }] });
  expect(await usage(admin, '?group_by=user')).toMatchObject({ user_id: null, rows: [{ key: 'ann', ...told }] });
  expect(await usage(bob, '')).toMatchObject({ rows: [], total: { sandboxes: 0, usd: 0 } });
  await expectError(call(bob, 'GET', '/usage?user_id=ann'), 'forbidden', 403);
  await expectError(call(ann, 'GET', '/usage?from=2027-02-01&to=2027-01-01'), 'invalid_request', 400);
  await expectError(call(admin, 'GET', '/usage?from=2020-01-01'), 'invalid_request', 400);
});
