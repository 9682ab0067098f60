import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { defaultSize, sizes } from '../../../contract/api/sandboxes/sizes.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { eventually } from '../../support/machines/compute.ts';
import { type Caller, call, createReady, exec, expectError, untilEnded } from '../../support/stack/sandbox-calls.ts';
import { startStack } from '../../support/stack/stack.ts';

/** A service that suffers. */
async function suffering(hazards: HazardSettings) {
  const stack = await startStack({ hazards });
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  /** What ECS has written down of its tasks. */
  const tasks = () =>
    readdirSync(`${stack.service.dataDir}/ecs/tasks`).map(
      (name) => JSON.parse(readFileSync(`${stack.service.dataDir}/ecs/tasks/${name}`, 'utf8')).task,
    );
  return { caller, tasks, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

const create = (caller: Caller, headers?: Readonly<Record<string, string>>) =>
  call<Sandbox>(caller, 'POST', '/sandboxes', {}, headers);
const read = async (caller: Caller, id: string) => (await call<Sandbox>(caller, 'GET', `/sandboxes/${id}`)).body;
const remove = (caller: Caller, id: string) => call(caller, 'DELETE', `/sandboxes/${id}?graceful=false`);

test('a launch whose answer is lost is one task, and no failure that anybody made up', async () => {
  // The first launch never gets an answer, however often it is tried; the second one gets it at its third try.
  await using service = await suffering({
    calls: [{ service: 'ecs', operation: 'RunTask', fate: 'lose-answer', times: 5 }],
  });
  const { caller, tasks } = service;
  const { status } = await create(caller);
  expect([201, 503]).toContain(status);
  expect(tasks()).toHaveLength(1);
  const { body } = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes');
  const orphan = String(body.sandboxes[0]?.sandbox_id);
  // The task's own events tell what its launch couldn't.
  await eventually(async () => (await read(caller, orphan)).status === 'ready', 200);
  const { sandbox_id: second } = await createReady(caller);
  expect(tasks()).toHaveLength(2);
  for (const id of [orphan, second]) {
    expect(await exec(caller, id, { command: 'id -u' })).toMatchObject({ stdout: '1000\n' });
  }
});

test('a sandbox that can’t be started has failed, and says why', async () => {
  await using service = await suffering({
    tasks: {
      vcpuQuota: sizes[defaultSize].cpu,
      noCapacity: [{ times: 1 }],
      failToStart: [
        { reason: 'image', times: 1 },
        { reason: 'network', times: 1 },
      ],
    },
  });
  const { caller } = service;
  await expectError(create(caller), 'capacity_unavailable', 503);
  for (const reason of ['image_pull_failed', 'platform']) {
    const { body } = await create(caller);
    expect(await untilEnded(caller, body.sandbox_id)).toMatchObject({ status: 'failed', stop_reason: reason });
  }
  await createReady(caller);
  // There are vCPUs for one.
  await expectError(create(caller), 'capacity_unavailable', 503);
  const { body } = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes?status=failed');
  expect(body.sandboxes.map(({ stop_reason }) => stop_reason)).toEqual([
    'capacity',
    'platform',
    'image_pull_failed',
    'capacity',
  ]);
});

test('events that are late, doubled and in any order leave the truth', async () => {
  await using service = await suffering({ events: { delayMs: 3_000, doubled: 0.5 } });
  const { caller } = service;
  const all = await Promise.all(Array.from({ length: 3 }, () => createReady(caller)));
  for (const { sandbox_id: id } of all) {
    expect(await exec(caller, id, { argv: ['echo', id] })).toMatchObject({ stdout: `${id}\n` });
    await remove(caller, id);
  }
  for (const { sandbox_id: id } of all) {
    expect(await untilEnded(caller, id)).toMatchObject({ status: 'stopped', stop_reason: 'user_requested' });
  }
});

test('a sandbox that is deleted before ECS sees its task leaves no task behind', async () => {
  await using service = await suffering({ tasks: { consistencyLagMs: 5_000 } });
  const { caller, tasks } = service;
  const { body } = await create(caller);
  await remove(caller, body.sandbox_id);
  await untilEnded(caller, body.sandbox_id);
  await eventually(() => tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'), 200);
});

test('a table that throttles, fails and loses answers now and then loses and doubles nothing', async () => {
  const fates = ['throttle', 'fail', 'cut', 'lose-answer'] as const;
  await using service = await suffering({
    calls: fates.map((fate) => ({ service: 'dynamodb' as const, fate, chance: 0.04 })),
  });
  const { caller, tasks } = service;
  const created = new Set<string>();
  for (let count = 0; count < 4; count++) {
    // A caller that does as it is told: it repeats what may succeed later, under the same key.
    const key = { 'idempotency-key': `key-${count}` };
    const { body } = await eventually(async () => {
      const answer = await create(caller, key);
      return answer.status === 201 ? answer : undefined;
    });
    created.add(body.sandbox_id);
  }
  expect(tasks()).toHaveLength(4);
  for (const id of created) {
    await eventually(async () => {
      const { status, body } = await call<{ stdout?: string }>(caller, 'POST', `/sandboxes/${id}/exec`, {
        argv: ['echo', id],
      });
      expect([200, 409, 429, 500, 502, 503]).toContain(status);
      return body.stdout === `${id}\n`;
    }, 100);
    await eventually(async () => [200, 202].includes((await remove(caller, id)).status), 100);
  }
  await eventually(() => tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'), 100);
});

test('more callers than the account may have at once are told to come back', async () => {
  // What the clock starts takes up to two of the places.
  await using service = await suffering({ functions: { concurrency: 4, coldStartMs: 500 } });
  const { caller } = service;
  const answers = await Promise.all(Array.from({ length: 12 }, () => call(caller, 'GET', '/me')));
  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ error: { code: 'rate_limited' } });
  expect(await call(caller, 'GET', '/me')).toMatchObject({ status: 200 });
});
