import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Caller, createReady, exec } from '../../support/stack/sandbox-calls.ts';
import { startStack } from '../../support/stack/stack.ts';

// The patience of a kept channel is three seconds: that much of a busy machine's time is left of it.
const rate = 8;

test('an environment that was frozen for a second, for half a minute, or until its channel had gone, runs the next command', async () => {
  await using stack = await startStack({ clockRate: rate });
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  const { sandbox_id: id } = await createReady(caller);
  await exec(caller, id, { command: 'echo once' });
  const frozen: [number, string][] = [];
  for (const seconds of [1, 30, 80, 1]) {
    await sleep((seconds * 1_000) / rate);
    const { outcome, stdout } = await exec(caller, id, { command: `echo after ${seconds}` });
    frozen.push([seconds, `${outcome}: ${stdout}`]);
  }
  expect(frozen).toEqual([1, 30, 80, 1].map((seconds) => [seconds, `exited: after ${seconds}\n`]));
});
