import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandHandle, Sandbox } from '../../../client/index.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clientChannels: true });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function hashOf(handle: CommandHandle, offset = 0): Promise<string> {
  const hash = createHash('sha256');
  let next = offset;
  for await (const piece of handle.output({ stream: 'stdout', offset })) {
    expect(piece.offset).toBe(next);
    next += piece.bytes.length;
    hash.update(piece.bytes);
  }
  return `${hash.digest('hex')}  -\n`;
}

test.each(['http', 'channel'] as const)(
  'Daytona#5144: by the transport %s, output that was to be kept is read whole after its sandbox has ended',
  async (transport) => {
    const connection = { url: stack.url, credentials: { token: stack.service.local.person.token } };
    const sandbox = await Sandbox.create({ ...connection, transport });
    const options = { keepOutput: true };
    const job = await sandbox.commands.start('seq 1 1300000 | tee whole; echo late >&2', options);
    const { stdoutBytes } = await job.wait();
    const { stdout: sum } = await sandbox.commands.run('sha256sum < whole; tail -c +5000001 whole | sha256sum');
    const [whole, rest] = sum.split(/(?<=\n)/);
    await sandbox.kill();
    await expect.poll(async () => (await sandbox.refresh()).endedAt, { timeout: 60_000 }).not.toBeNull();
    const late = await (await Sandbox.connect(sandbox.sandboxId, connection)).commands.get(job.commandId);
    expect(late.info).toMatchObject({ stdoutBytes, outcome: 'exited' });
    expect(await hashOf(late)).toBe(whole);
    expect(await hashOf(late, 5_000_000)).toBe(rest);
  },
);
