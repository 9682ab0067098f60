import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogOptions, Sandbox } from '../../../client/index.ts';
import { eventually } from '../../support/machines/compute.ts';
import { type Caller, call, createReady, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const callerOf = async (sub: string): Promise<Caller> => ({ fetch: await stack.asPerson(sub), door: '/v1' });

const asPerson = async (sub: string) => ({
  url: stack.url,
  credentials: {
    token: await stack.service.tokens.issueAccessToken({ sub, scopes: ['matrx/sandbox.read', 'matrx/sandbox.write'] }),
  },
});

async function messagesOf(sandbox: Sandbox, options: LogOptions = {}): Promise<string[]> {
  const messages: string[] = [];
  for await (const { message } of sandbox.logs(options)) {
    messages.push(message);
    if (options.follow && message.includes('sandbox.ready')) break;
  }
  return messages;
}

test('H10: what the agent of a sandbox has logged is read, followed, and still there after the end, by its owner', async () => {
  const sandbox = await Sandbox.create(await asPerson('ada'));
  const followed = await messagesOf(sandbox, { follow: true });
  expect(followed.map((message) => JSON.parse(message).event)).toEqual(
    expect.arrayContaining(['agent.started', 'sandbox.assigned', 'sandbox.ready']),
  );
  expect((await messagesOf(sandbox)).slice(0, followed.length)).toEqual(followed);
  await sandbox.kill({ graceful: false });
  await eventually(async () => ((await sandbox.refresh()).endedAt === null ? undefined : true), 100);
  const whole = await messagesOf(sandbox);
  expect(whole.slice(0, followed.length)).toEqual(followed);
  expect(JSON.parse(whole.at(-1) ?? '')).toMatchObject({ event: 'agent.ended' });
  const asEve = await stack.asPerson('eve');
  expect((await asEve(`/v1/sandboxes/${sandbox.sandboxId}/logs`)).status).toBe(404);
});

test('what a machine uses is told by its agent, and to nobody else', async () => {
  const [ann, bob] = [await callerOf('ann'), await callerOf('bob')];
  const { sandbox_id: id } = await createReady(ann);
  const read = (caller: Caller) => call<{ points: unknown[] }>(caller, 'GET', `/sandboxes/${id}/metrics`);
  await expect.poll(async () => (await read(ann)).body.points.length).toBeGreaterThan(0);
  const { body } = await read(ann);
  expect(body).toMatchObject({
    sandbox_id: id,
    limits: { cpu: 0.5, memory_bytes: 1_024 ** 3 },
    current: { processes: expect.any(Number), cpu: expect.any(Number) },
  });
  await expectError(read(bob), 'not_found', 404);
});
