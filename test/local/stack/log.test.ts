import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../../client/index.ts';
import { eventually } from '../../support/compute.ts';
import { type Stack, startStack } from '../../support/stack.ts';

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

const messagesOf = async (sandbox: Sandbox) => (await Array.fromAsync(sandbox.logs())).map(({ message }) => message);

test('H10: what the agent of a sandbox has logged is read, followed, and still there after the end, by its owner', async () => {
  const sandbox = await Sandbox.create({ ...(await asPerson('ada')) });
  const before = await eventually(async () => {
    const found = await messagesOf(sandbox);
    return found.length > 0 ? found : undefined;
  });
  const followed = await Array.fromAsync({
    async *[Symbol.asyncIterator]() {
      const limit = new AbortController();
      for await (const line of sandbox.logs({ follow: true, signal: limit.signal })) {
        yield line.message;
        if (line.message === before.at(-1)) return;
      }
    },
  });
  expect(followed).toEqual(before);
  await sandbox.kill({ graceful: false });
  await eventually(async () => ((await sandbox.refresh()).endedAt === null ? undefined : true));
  const after = await messagesOf(sandbox);
  expect(after.slice(0, before.length)).toEqual(before);

  const page = await (await stack.asPerson('eve'))(`/v1/sandboxes/${sandbox.sandboxId}/logs`);
  expect(page.status).toBe(404);
});
