import { expect, test } from 'vitest';
import { reportOutcomes } from '../../../lambdas/core/agent/report-outcomes.ts';
import { patchSandbox } from '../../../lambdas/core/sandboxes/patch-sandbox.ts';
import { commandId, reportOf } from '../../support/agent/command-samples.ts';
import { agentOf, callOf, service } from '../../support/calls.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const strangerTask = 'f'.repeat(32);

test('hello gives the assignment, and the same one again until the agent is ready', async () => {
  const { create, greet, taskIdOf, beat } = fakeService();
  const { sandbox_id: id } = await create({ env: { A: '1' }, on_ready: { command: 'make' } });
  const first = await greet(taskIdOf(id));
  expect(first).toMatchObject({
    status: 200,
    body: {
      sandbox_id: id,
      user_id: 'ada',
      generation: 1,
      env: { A: '1' },
      on_ready: { command: 'make', timeout_seconds: 120 },
    },
  });
  expect(await greet(taskIdOf(id))).toEqual(first);
  await beat(id, {});
  await expect(greet(taskIdOf(id))).rejects.toMatchObject({ code: 'conflict' });
});

test('each sandbox has a channel key of its own', async () => {
  const { create, greet, taskIdOf } = fakeService();
  const keys: unknown[] = [];
  for (const { sandbox_id } of [await create(), await create()]) {
    const answer = await greet(taskIdOf(sandbox_id));
    keys.push('body' in answer && answer.body.channel_key);
  }
  expect(new Set(keys).size).toBe(2);
});

test('a task that no sandbox has is asked to wait, one whose sandbox has ended to go', async () => {
  const { create, greet, taskIdOf, taskEvent } = fakeService();
  await expect(greet(strangerTask)).rejects.toMatchObject({ code: 'sandbox_not_ready', retry: true });
  const { sandbox_id: id } = await create();
  const task = taskIdOf(id);
  await taskEvent(id);
  await expect(greet(task)).rejects.toMatchObject({ code: 'sandbox_ended' });
});

test('M9: a sandbox is ready when its agent says so, and not before it has its assignment', async () => {
  const { create, greet, taskIdOf, beat, recordOf } = fakeService();
  const { sandbox_id: id } = await create();
  await beat(id, {});
  expect(recordOf(id).status).toBe('starting');
  await greet(taskIdOf(id));
  await beat(id, { state: 'starting' });
  expect(recordOf(id).status).toBe('starting');
  await beat(id, {});
  expect(recordOf(id)).toMatchObject({ status: 'ready', generation: 1 });
});

test('a heartbeat brings the deadline and the wish to stop back', async () => {
  const { ready, beat, ports, clock, recordOf } = fakeService();
  const id = await ready();
  const patch = { params: { sandbox_id: id }, body: { ttl_seconds: 600, idle_timeout_seconds: 60 } };
  await patchSandbox(ports, callOf('patchSandbox', service, patch));
  expect(await beat(id, {})).toMatchObject({
    body: { expires_at: new Date(clock.now() + 600_000).toISOString(), idle_timeout_seconds: 60, stop: 'no' },
  });
  expect(await beat(id, { state: 'ending', reason: 'error', detail: 'boom' })).toMatchObject({
    body: { stop: 'graceful' },
  });
  expect(recordOf(id)).toMatchObject({ status: 'shutting_down', stop_reason: 'error', stop_detail: 'boom' });
});

test('an agent that ends without a reason ends with an error', async () => {
  const { ready, beat, recordOf } = fakeService();
  const id = await ready();
  await beat(id, { state: 'ending' });
  expect(recordOf(id)).toMatchObject({ stop_reason: 'error' });
});

test('an agent speaks for its own sandbox only', async () => {
  const { ready, ports } = fakeService();
  const [mine, other] = [await ready(), await ready()];
  const task = agentOf(ports.tasks.launched.size > 0 ? strangerTask : '');
  const body = { outcomes: [reportOf()] };
  const call = (id: string, caller = task) => callOf('reportOutcomes', caller, { params: { sandbox_id: id }, body });
  await expect(reportOutcomes(ports, call(mine))).rejects.toMatchObject({ code: 'not_found' });
  const neighbour = agentOf([...ports.records.tasks].find(([, id]) => id === other)?.[0] ?? '');
  await expect(reportOutcomes(ports, call(mine, neighbour))).rejects.toMatchObject({ code: 'not_found' });
});

test('the first report of a command counts, also after the sandbox has ended', async () => {
  const { ready, ports, taskIdOf, taskEvent } = fakeService();
  const id = await ready();
  const agent = agentOf(taskIdOf(id));
  const send = (fields: Parameters<typeof reportOf>[0]) =>
    reportOutcomes(
      ports,
      callOf('reportOutcomes', agent, { params: { sandbox_id: id }, body: { outcomes: [reportOf(fields)] } }),
    );
  expect(await send({ exit_code: 1 })).toEqual({ status: 200, body: { accepted: 1 } });
  await taskEvent(id);
  expect(await send({ exit_code: 2 })).toEqual({ status: 200, body: { accepted: 1 } });
  expect(await ports.commands.outcomeOf(id, commandId())).toMatchObject({ exit_code: 1 });
});

test('a command that its agent says runs is known to run until its end is, and no later word takes that back', async () => {
  const { ready, ports, taskIdOf } = fakeService();
  const id = await ready();
  const send = (fields: Parameters<typeof reportOf>[0]) =>
    reportOutcomes(
      ports,
      callOf('reportOutcomes', agentOf(taskIdOf(id)), {
        params: { sandbox_id: id },
        body: { outcomes: [reportOf(fields)] },
      }),
    );
  expect(await send({ outcome: 'running', exit_code: null })).toMatchObject({ body: { accepted: 1 } });
  expect(await ports.commands.startedOf(id, commandId())).toMatchObject({ outcome: 'running' });
  expect(await ports.commands.outcomeOf(id, commandId())).toBeUndefined();
  await send({ exit_code: 3 });
  await send({ outcome: 'running', exit_code: null });
  expect(await ports.commands.outcomeOf(id, commandId())).toMatchObject({ outcome: 'exited', exit_code: 3 });
});
