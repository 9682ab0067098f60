import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSession } from '../../../channel/near/session.ts';
import { systemClock } from '../../../contract/clock.ts';
import { eventually, startCompute, type TestCompute } from '../../support/machines/compute.ts';

const echo = join(import.meta.dirname, '../../support/fakes/echo-attach.ts');
const attach = `sh -c 'stty raw -echo; exec ${process.execPath} ${echo}'`;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function openChannel(options: TestCompute = {}) {
  const compute = await startCompute(options);
  await compute.register('exec sleep 600');
  const task = await compute.run();
  const { streamUrl, tokenValue } = await compute.execute(task, attach);
  const session = openSession({ streamUrl: String(streamUrl), tokenValue: String(tokenValue), clock: systemClock });
  await session.ready;
  return { ...compute, session, taskId: task.slice(task.lastIndexOf('/') + 1) };
}

async function echoes(length: number, stream: NodeJS.ReadWriteStream): Promise<{ sent: string; received: string }> {
  const bytes = randomBytes(length);
  const received: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => received.push(chunk));
  stream.write(bytes);
  await eventually(() => received.reduce((sum, chunk) => sum + chunk.length, 0) >= length);
  return { sent: hashOf(bytes), received: hashOf(Buffer.concat(received)) };
}

test.each(['real', 'fast'] as const)(
  'a megabyte of random bytes crosses a session both ways at the %s pace',
  async (pace) => {
    const { session, sessions, taskId } = await openChannel({ pace });
    const { sent, received } = await echoes(1024 * 1024, session.stream);
    expect(received).toBe(sent);
    expect(await session.close()).toMatchObject({ reason: 'closed', output: '' });
    await eventually(() => sessions.takenBy(taskId) === 0);
  },
);

test('bytes arrive whole over a service that loses, repeats, reorders and delays frames', async () => {
  const fates = ['drop', 'duplicate', 'reorder', { delayMs: 5 }, { delayMs: 30 }] as const;
  const frames = fates.map((fate) => ({ fate, chance: 0.04 }));
  const { session } = await openChannel({ hazards: { sessions: { frames } } });
  const { sent, received } = await echoes(100 * 1024, session.stream);
  expect(received).toBe(sent);
  await session.close();
});

test('a socket that is cut fails the session with an error that says so', async () => {
  // The first input is the size of the terminal.
  const frames = [{ fate: 'cut-client', direction: 'to-agent', type: 'input_stream_data', skip: 1 }] as const;
  const { session } = await openChannel({ hazards: { sessions: { frames: [...frames] } } });
  session.stream.write('x');
  expect(await session.closed).toMatchObject({ reason: 'failed', error: { code: 'connection_lost' } });
});
