import { expect, test, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { AwsError } from '../../../local/aws/aws-error.ts';
import { type Caller, call, createReady, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

const personOf = async (stack: Stack): Promise<Caller> => ({ fetch: await stack.asPerson('ann'), door: '/v1' });
const create = (caller: Caller) => call<Sandbox>(caller, 'POST', '/sandboxes', {});

test('a user has as many sandboxes as the quota says, and another one when one has ended', async () => {
  await using stack = await startStack({ liveSandboxesPerUser: 1 });
  const caller = await personOf(stack);
  const { sandbox_id: id } = await createReady(caller);
  await expectError(create(caller), 'quota_exceeded', 429);
  expect((await create({ fetch: await stack.asPerson('bob'), door: '/v1' })).status).toBe(201);
  await call(caller, 'DELETE', `/sandboxes/${id}?graceful=false`);
  await vi.waitFor(async () => expect((await create(caller)).status).toBe(201), { timeout: 20_000, interval: 200 });
});

test('a sandbox for which there is no capacity has failed, and says that trying again may help', async () => {
  const failure = { arn: 'arn:aws:ecs:us-east-1:000000000000:cluster/matrx-sandbox', reason: 'RESOURCE:CPU' };
  await using stack = await startStack({ faults: { runTaskFailures: () => [failure] } });
  const caller = await personOf(stack);
  const answer = await create(caller);
  await expectError(Promise.resolve(answer), 'capacity_unavailable', 503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  const { body } = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes');
  expect(body.sandboxes).toMatchObject([{ status: 'failed', stop_reason: 'capacity' }]);
});

test('ECS that cannot be asked is a part that is down, and no fault of the caller', async () => {
  const down = () => {
    throw new AwsError('ServerException', 'no', 500);
  };
  let broken = false;
  await using stack = await startStack({ faults: { ecs: () => (broken ? down() : undefined) } });
  broken = true;
  const response = await stack.asNobody('/health');
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 503, body: { status: 'down' } });
  const report = await call(await personOf(stack), 'GET', '/health');
  expect(report).toMatchObject({
    status: 503,
    body: { parts: expect.arrayContaining([expect.objectContaining({ name: 'tasks', state: 'down' })]) },
  });
});

test('a session that cannot be opened is asked for again later', async () => {
  let throttled = false;
  const ecs = (operation: string) => {
    if (throttled && operation === 'ExecuteCommand') throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
  };
  await using stack = await startStack({ faults: { ecs }, clockRate: 10 });
  const caller = await personOf(stack);
  const { sandbox_id: id } = await createReady(caller);
  throttled = true;
  const run = () => call(caller, 'POST', `/sandboxes/${id}/exec`, { command: 'id' });
  await expectError(run(), 'rate_limited', 429);
  throttled = false;
  expect(await run()).toMatchObject({ status: 200, body: { outcome: 'exited' } });
});
