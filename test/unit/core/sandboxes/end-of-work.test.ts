import { expect, test } from 'vitest';
import { Complete } from '../../../../contract/api/agent-reports.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { complete, reportError } from '../../../../lambdas/core/agent/end-of-work.ts';
import { agentOf, callOf } from '../../../support/calls.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

async function working() {
  const { ready, ports, taskIdOf, taskEvent, beat } = fakeService();
  const id = await ready();
  const agent = agentOf(taskIdOf(id));
  const say = {
    complete: (body: object, caller = agent) =>
      complete(ports, callOf('complete', caller, { params: { sandbox_id: id }, body })),
    error: (body: object) => reportError(ports, callOf('reportError', agent, { params: { sandbox_id: id }, body })),
  };
  return { id, say, taskEvent, beat, record: () => ports.records.get(id) };
}

test('what complete says is kept, and the agent is told to stop in peace', async () => {
  const { id, say, record, beat, taskEvent } = await working();
  const result = { answer: 42, files: ['a.txt'] };
  expect(await say.complete({ result })).toEqual({
    status: 200,
    body: { status: 'shutting_down', stop_reason: 'completed', accepted: true },
  });
  expect(await beat(id, {})).toMatchObject({ body: { stop: 'graceful' } });
  await taskEvent(id);
  expect(await record()).toMatchObject({ status: 'stopped', stop_reason: 'completed', result });
});

test('what error says is kept, and the sandbox has failed', async () => {
  const { id, say, record, taskEvent } = await working();
  await say.error({ error: 'no more tokens', result: { step: 3 } });
  await taskEvent(id);
  const kept = { status: 'failed', stop_reason: 'error', stop_detail: 'no more tokens', result: { step: 3 } };
  expect(await record()).toMatchObject(kept);
});

test('the first word counts, also after the end', async () => {
  const { id, say, record, taskEvent } = await working();
  await say.complete({ result: { first: true } });
  const late = { status: 'shutting_down', stop_reason: 'completed', accepted: false };
  expect(await say.error({ error: 'too late' })).toMatchObject({ body: late });
  await taskEvent(id);
  expect(await say.complete({})).toMatchObject({ body: { ...late, status: 'stopped' } });
  expect(await record()).toMatchObject({ stop_reason: 'completed', result: { first: true } });
});

test('an agent speaks for its own sandbox only', async () => {
  const { say } = await working();
  await expect(say.complete({}, agentOf('f'.repeat(32)))).rejects.toMatchObject({ code: 'not_found' });
});

test('a result beyond its bound is refused with the bound', () => {
  const { error } = Complete.safeParse({ result: { long: 'x'.repeat(limits.resultBytes) } });
  expect(error?.issues).toMatchObject([{ path: ['result'], message: 'expected at most 16384 bytes of JSON' }]);
});

test('a result that nests without end is refused, however deep', () => {
  const nested = (depth: number) => ({ result: JSON.parse(`{"in":${'['.repeat(depth)}${']'.repeat(depth)}}`) });
  expect(Complete.safeParse(nested(limits.resultDepth - 1)).success).toBe(true);
  const { error } = Complete.safeParse(nested(8_000));
  expect(error?.issues).toMatchObject([{ path: ['result'], message: 'expected at most 64 levels' }]);
});
