import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogOptions, Sandbox } from '../../../client/index.ts';
import { eventually } from '../../support/machines/compute.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

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
