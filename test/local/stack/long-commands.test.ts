// Commands that take longer than somebody between caller and sandbox waits elsewhere; a minute here is a few seconds.
// They run beside each other: all they do is wait.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

const rate = 15;
const quietMinutes = 6;
const sleepSeconds = (quietMinutes * 60) / rate;

let stack: Stack;
let connection: ConnectionOptions;
let id: string;

beforeAll(async () => {
  stack = await startStack({ clientChannels: true, clockRate: rate });
  const { clock, local } = stack.service;
  connection = { url: stack.url, credentials: { token: local.person.token }, clock };
  id = (await Sandbox.create(connection)).sandboxId;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

test.concurrent.each(['http', 'channel'] as const)(
  'CF#911, agent-eval#115, AS#369, OSB#950: by the transport %s, six quiet minutes cut nothing off',
  async (transport) => {
    const sandbox = await Sandbox.connect(id, { ...connection, transport });
    const result = await sandbox.commands.run(`echo before; sleep ${sleepSeconds}; echo after; exit 4`, {
      timeoutMs: 3_600_000,
    });
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 4, stdout: 'before\nafter\n' });
    expect(result.durationMs).toBeGreaterThan((quietMinutes - 1) * 60_000);
    await sandbox.disconnect();
  },
);

test.concurrent('OSB#217: a command that is given no time-out has one', async () => {
  const sandbox = await Sandbox.connect(id, connection);
  expect(await sandbox.commands.run('echo begun; sleep 600')).toMatchObject({
    outcome: 'timed_out',
    exitCode: null,
    stdout: 'begun\n',
  });
});
