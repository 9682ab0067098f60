// What the library promises of commands in the background, whichever way they go.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CommandHandle, OutputOptions, Sandbox } from '../../client/index.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** All of a command's output, as it comes. */
async function read(handle: CommandHandle, options: OutputOptions = {}): Promise<string> {
  let all = '';
  for await (const { bytes } of handle.output(options)) all += text(bytes);
  return all;
}

/** Defines the suite; `target` gives a sandbox that is ready and may be shared. */
export function defineHandleSuite(target: () => Sandbox): void {
  const start = (...args: Parameters<Sandbox['commands']['start']>) => target().commands.start(...args);

  test('a command goes on by itself, is listed, found again by its id, and waited for', async () => {
    const { commandId } = await start('echo one; until [ -e found ]; do sleep 0.05; done; rm found; echo two; exit 4');
    const running: string[] = [];
    for await (const handle of target().commands.list({ state: 'running' })) running.push(handle.commandId);
    expect(running).toContain(commandId);
    const again = await target().commands.get(commandId);
    expect(again.info).toMatchObject({ outcome: 'running', exitCode: null, tty: false, user: 'agent' });
    await target().commands.run('touch found');
    expect(await again.wait()).toMatchObject({ outcome: 'exited', exitCode: 4, stdout: 'one\ntwo\n' });
    expect(await again.refresh()).toMatchObject({ outcome: 'exited', exitCode: 4 });
  });

  test('three readers at their own offsets each get what they asked for', async () => {
    const handle = await start('for n in $(seq 1 50); do echo $n; sleep 0.01; done; echo err >&2');
    const whole = Array.from({ length: 50 }, (_, n) => `${n + 1}\n`).join('');
    const [all, later, errors] = await Promise.all([
      read(handle, { stream: 'stdout' }),
      read(handle, { stream: 'stdout', offset: 10 }),
      read(handle, { stream: 'stderr', offset: 1 }),
    ]);
    expect([all, later, errors]).toEqual([whole, whole.slice(10), 'rr\n']);
    expect(await read(handle, { follow: false, offset: 100 })).toBe(`${whole.slice(100)}err\n`);
  });

  test('what there is now is read without waiting for more', async () => {
    const handle = await start('echo here; sleep 600');
    for await (const { bytes } of handle.output()) {
      expect(text(bytes)).toBe('here\n');
      break;
    }
    expect(await read(handle, { follow: false })).toBe('here\n');
    await handle.kill({ graceMs: 0 });
    expect(await handle.wait()).toMatchObject({ exitCode: null, stdout: 'here\n' });
  });

  test('bytes written to it arrive as they are, in order, and so does their end', async () => {
    const handle = await start('sha256sum; echo done', { stdin: true });
    const hash = createHash('sha256');
    for (let piece = 0; piece < 20; piece++) {
      const bytes = Buffer.alloc(10_000, piece);
      hash.update(bytes);
      await handle.stdin.write(bytes);
    }
    await handle.stdin.end();
    await handle.stdin.end();
    expect((await handle.wait()).stdout).toBe(`${hash.digest('hex')}  -\ndone\n`);
  });

  test('another handle writes on where the first one has stopped', async () => {
    const first = await start(['cat'], { stdin: true });
    await first.stdin.write('one ');
    const second = await target().commands.get(first.commandId);
    await second.stdin.end('two');
    expect((await second.wait()).stdout).toBe('one two');
  });

  test('a signal reaches it, and what ignores SIGTERM is ended after its grace', async () => {
    const polite = await start('trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.05; done');
    for await (const _ of polite.output()) break;
    await polite.signal('SIGINT');
    expect(await polite.wait()).toMatchObject({ exitCode: 5, stdout: 'ready\ncaught\n' });
    const stubborn = await start('trap "" TERM; echo ready; while :; do sleep 0.05; done');
    for await (const _ of stubborn.output()) break;
    await stubborn.kill({ graceMs: 200 });
    expect(await stubborn.wait()).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  test('a terminal has the size it is given', async () => {
    const handle = await start('stty size; read line; stty size; echo "got $line"', { tty: { rows: 10, cols: 40 } });
    for await (const { bytes } of handle.output()) {
      expect(text(bytes)).toBe('10 40\r\n');
      break;
    }
    await handle.resize({ rows: 20, cols: 100 });
    await handle.stdin.write('hello\n');
    expect((await handle.wait()).stdout).toMatch(/20 100\r\ngot hello\r\n$/);
  });

  test('a session carries folder and variables over, and takes one command at a time', async () => {
    const session = target().session('work');
    await session.run('mkdir -p deep && cd deep && export WORD=kept');
    expect(await session.run('echo "$WORD"; pwd')).toMatchObject({ stdout: 'kept\n/home/agent/deep\n' });
    const handle = await session.start('sleep 600');
    const busy = await session.run('true', { signal: AbortSignal.timeout(20_000) }).catch(({ code }) => code);
    expect(busy).toBe('session_busy');
    await handle.kill({ graceMs: 0 });
    await handle.wait();
    expect((await session.run('pwd')).stdout).toBe('/home/agent/deep\n');
    expect((await target().commands.run('pwd')).stdout).toBe('/home/agent\n');
  });

  test('fails with not_found for a command that never was', async () => {
    const error = await target()
      .commands.get(`cmd_${'0'.repeat(26)}`)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'not_found' });
  });
}
