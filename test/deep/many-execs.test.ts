import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Caller, createReady, exec } from '../support/sandbox-calls.ts';
import { startStack } from '../support/stack.ts';

const openDescriptors = () => readdirSync('/proc/self/fd').length;

test('C7: a thousand commands in a row leave descriptors and processes where they were', async () => {
  await using stack = await startStack();
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  const { sandbox_id: id } = await createReady(caller);
  const run = (count: number) =>
    Array.from({ length: count }).reduce<Promise<unknown>>(
      (before) => before.then(() => exec(caller, id, { argv: ['true'] })),
      Promise.resolve(),
    );
  const processes = () => exec(caller, id, { command: 'ls -d /proc/[0-9]* | wc -l' }).then(({ stdout }) => stdout);

  await run(50);
  const before = { descriptors: openDescriptors(), processes: await processes() };
  await run(1_000);
  // Connections that are kept alive come and go; a descriptor lost by every fiftieth command would show.
  expect(openDescriptors() - before.descriptors).toBeLessThan(20);
  expect(await processes()).toBe(before.processes);
});
