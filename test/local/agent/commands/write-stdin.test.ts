import { expect, test } from 'vitest';
import { limits } from '../../../../contract/api/limits.ts';
import { ask, begin, follow, printed } from '../../../support/agent/agent-calls.ts';
import { type AgentMachine, startAgent, until } from '../../../support/agent/agent-machine.ts';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const write = (machine: AgentMachine, id: string, body: object) =>
  ask<{ offset: number; eof: boolean }>(machine, `/commands/${id}/stdin`, body);

test('what is written arrives once and in order, however often it is sent', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { argv: ['cat'], stdin: 'pipe' });
  expect(await write(machine, id, { data: base64('one '), offset: 0 })).toEqual({ offset: 4, eof: false });
  expect(await write(machine, id, { data: base64('one '), offset: 0 })).toEqual({ offset: 4, eof: false });
  expect(await write(machine, id, { data: base64('e two '), offset: 2 })).toEqual({ offset: 8, eof: false });
  await printed(machine, id, 'one two ');
  await expect(write(machine, id, { data: base64('four'), offset: 9 })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('before offset 9: 8 have been taken'),
    details: { field: 'offset', value: '8' },
  });
  expect(await write(machine, id, { data: base64('three') })).toEqual({ offset: 13, eof: false });
  expect(await write(machine, id, { eof: true })).toEqual({ offset: 13, eof: true });
  expect(await write(machine, id, { data: base64('three'), offset: 8, eof: true })).toEqual({ offset: 13, eof: true });
  await expect(write(machine, id, { data: base64('x') })).rejects.toMatchObject({ code: 'conflict' });
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString()).toBe('one two three');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
});

test('a command that doesn’t read is refused more than it may leave, and is not held up by it', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: 'until [ -e go ]; do sleep 0.02; done; wc -c', stdin: 'pipe' });
  const page = base64(Buffer.alloc(256 * 1024, 'x'));
  let taken = 0;
  const fill = async () => {
    for (;;) taken = (await write(machine, id, { data: page })).offset;
  };
  await expect(fill()).rejects.toMatchObject({
    status: 429,
    code: 'input_full',
    details: { field: 'offset', value: expect.stringMatching(/^\d+$/) },
  });
  expect(taken).toBeGreaterThanOrEqual(limits.stdinWaitingBytes - 256 * 1024);
  expect(taken).toBeLessThanOrEqual(limits.stdinWaitingBytes + 64 * 1024);
  await machine.run({ argv: ['touch', 'go'] });
  await until(async () => write(machine, id, { eof: true }).then(() => true));
  expect((await follow(machine, id)).stdout.toString().trim()).toBe(String(taken));
});

test('a command that ends without reading is over when it ends, and takes no more', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { argv: ['true'], stdin: 'pipe' });
  const { outcome } = await follow(machine, id);
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
  await expect(write(machine, id, { data: base64('late') })).rejects.toMatchObject({ code: 'conflict' });
  expect(await write(machine, id, { offset: 0 })).toEqual({ offset: 0, eof: false });
});

test('a command that closes its input goes on without it', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, {
    command: 'exec <&-; echo closed; until [ -e go ]; do sleep 0.02; done',
    stdin: 'pipe',
  });
  await printed(machine, id, 'closed');
  await write(machine, id, { data: base64('nobody') });
  const refused = () =>
    write(machine, id, { data: base64('more') }).then(
      () => false,
      () => true,
    );
  await until(refused);
  await machine.run({ argv: ['touch', 'go'] });
  expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
});

test('an open input can be opened again by its name', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { argv: ['cat', '/dev/stdin'], stdin: 'pipe' });
  await write(machine, id, { data: base64('by name'), eof: true });
  expect((await follow(machine, id)).stdout.toString()).toBe('by name');
});

test('E2B#927, Daytona#3770: who was given no input reads its end at once, and can’t be written to', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, outcome } = await machine.run({ command: 'cat; echo over' });
  expect(stdout.toString()).toBe('over\n');
  await expect(write(machine, outcome.command_id, { data: base64('x') })).rejects.toMatchObject({ code: 'conflict' });
});
