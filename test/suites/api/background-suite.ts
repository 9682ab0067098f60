// What the library promises of commands in the background, whichever way it reaches them.

import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CommandHandle, OutputOptions, Sandbox } from '../../../client/index.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function textOf(handle: CommandHandle, options: OutputOptions = {}): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of handle.output(options)) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}

/** Defines the suite; `target` gives a sandbox that is ready and may be shared. */
export function defineBackgroundSuite(target: () => Sandbox): void {
  const start = (...args: Parameters<Sandbox['commands']['start']>) => target().commands.start(...args);

  test('E2B#1074: a job goes on by itself and is found again, while it runs and when it has ended', async () => {
    const { commands } = target();
    const { commandId } = await start(
      'echo begun; until [ -e go-on ]; do sleep 0.05; done; rm go-on; echo done; exit 5',
    );
    const found = await commands.get(commandId);
    expect(found.info).toMatchObject({ outcome: 'running', exitCode: null, tty: false, user: 'agent' });
    expect(found.info.command).toContain('echo begun');
    await expect.poll(() => textOf(found, { follow: false })).toBe('begun\n');
    await commands.run('touch go-on');
    expect(await found.wait()).toMatchObject({ commandId, outcome: 'exited', exitCode: 5, stdout: 'begun\ndone\n' });
    expect((await commands.get(commandId)).info).toMatchObject({ outcome: 'exited', exitCode: 5, stdoutBytes: 11 });
  });

  test('a job is started once for one key', async () => {
    const idempotencyKey = randomUUID();
    const job = () => start('echo x >> jobs; echo there; sleep 60', { idempotencyKey });
    const [one, two] = [await job(), await job()];
    expect(two.commandId).toBe(one.commandId);
    for await (const _ of one.output()) break;
    expect((await target().commands.run('cat jobs; rm jobs')).stdout).toBe('x\n');
    await one.kill();
  });

  test('jobs are listed newest first, by their state, over pages', async () => {
    const { commands } = target();
    const jobs = [await start('sleep 60'), await start('true'), await start('sleep 60')];
    await jobs[1]?.wait();
    const ids = jobs.map(({ commandId }) => commandId);
    const listed = async (options: Parameters<typeof commands.list>[0]) => {
      const seen: string[] = [];
      for await (const { commandId } of commands.list(options)) seen.push(commandId);
      return seen.filter((id) => ids.includes(id));
    };
    expect(await listed({ pageSize: 1 })).toEqual([...ids].reverse());
    expect(await listed({ state: 'running' })).toEqual([ids[2], ids[0]]);
    expect(await listed({ state: 'ended' })).toEqual([ids[1]]);
    await Promise.all(jobs.map((job) => job.kill()));
  });

  test('output is read from any offset by any number of readers, each at its own pace', async () => {
    const job = await start("head -c 300000 /dev/urandom | base64 -w 60 | tee sum | sed 's/^/x/'; sha256sum sum >&2");
    const [whole, tail, again] = await Promise.all([
      textOf(job, { stream: 'stdout' }),
      textOf(job, { stream: 'stdout', offset: 100_001 }),
      textOf(job, { stream: 'stdout', offset: 100_000 }),
    ]);
    const lines = whole.replace(/^x/gm, '');
    expect(await textOf(job, { stream: 'stderr' })).toBe(`${sha256(Buffer.from(lines))}  sum\n`);
    expect([tail, again]).toEqual([whole.slice(100_001), whole.slice(100_000)]);
  });

  test('a reader that follows sees output as it comes, and one that stops takes nothing with it', async () => {
    const job = await start('echo one; until [ -e two ]; do sleep 0.05; done; rm two; echo two');
    const stop = new AbortController();
    let first = '';
    for await (const { bytes } of job.output({ signal: stop.signal })) {
      first = Buffer.from(bytes).toString();
      break;
    }
    expect(first).toBe('one\n');
    stop.abort();
    await target().commands.run('touch two');
    expect(await textOf(job)).toBe('one\ntwo\n');
  });

  test('what there is now is read without waiting for more', async () => {
    const job = await start('echo here; sleep 600');
    for await (const _ of job.output()) break;
    expect(await textOf(job, { follow: false })).toBe('here\n');
    await job.kill({ graceMs: 0 });
    expect(await job.wait()).toMatchObject({ exitCode: null, stdout: 'here\n' });
  });

  test('E2B#927: input arrives once and in order, and its end is told', async () => {
    const job = await start(['sha256sum'], { stdin: true });
    const bytes = Buffer.alloc(300_000, 'input ');
    await job.stdin.write(bytes.subarray(0, 100_000));
    await job.stdin.write(bytes.subarray(100_000));
    await job.stdin.end();
    await job.stdin.end();
    expect(await job.wait()).toMatchObject({ exitCode: 0, stdout: `${sha256(bytes)}  -\n` });
  });

  test('another handle writes on where the first one has stopped', async () => {
    const first = await start(['cat'], { stdin: true });
    await first.stdin.write('one ');
    const second = await target().commands.get(first.commandId);
    await second.stdin.end('two');
    expect((await second.wait()).stdout).toBe('one two');
  });

  test('Daytona#3770: without input a command meets the end of it at once', async () => {
    expect(await target().commands.run('cat; echo over')).toMatchObject({ exitCode: 0, stdout: 'over\n' });
  });

  test('a signal reaches a command and all it has started, and what ignores it is ended after a while', async () => {
    const polite = await start("trap 'echo told; exit 3' INT; echo ready; while true; do sleep 0.05; done");
    for await (const _ of polite.output()) break;
    await polite.signal('SIGINT');
    expect(await polite.wait()).toMatchObject({ outcome: 'exited', exitCode: 3, stdout: 'ready\ntold\n' });
    const stubborn = await start(
      "trap '' TERM; (setsid bash -c 'trap \"\" TERM; sleep 300' &) ; echo ready; while true; do sleep 0.05; done",
    );
    for await (const _ of stubborn.output()) break;
    await stubborn.kill({ graceMs: 200 });
    expect((await stubborn.wait()).exitCode).toBeNull();
  });

  test('what waits for a job and no longer wants to gets how it stands', async () => {
    const job = await start('echo so far; sleep 60');
    expect(await job.wait({ waitMs: 1_500 })).toMatchObject({ outcome: 'running', exitCode: null, stdout: 'so far\n' });
    await job.kill();
  });

  test('a session keeps folder and variables, and serves one command at a time', async () => {
    const session = target().session(`s-${randomUUID()}`);
    await session.run('cd /tmp; export WORD=kept');
    expect(await session.run('pwd; echo $WORD')).toMatchObject({ stdout: '/tmp\nkept\n' });
    const busy = await session.start('sleep 60');
    await expect(session.run('true')).rejects.toMatchObject({ code: 'session_busy', retry: true });
    await busy.kill({ graceMs: 0 });
    await busy.wait();
    expect(await session.run('pwd')).toMatchObject({ stdout: '/tmp\n' });
  });

  test('a command in a terminal has the size it is given, and only such a one', async () => {
    const tty = { rows: 24, cols: 80 };
    const job = await start("stty size; trap 'stty size; exit' WINCH; echo ready; while true; do sleep 0.05; done", {
      tty,
    });
    let seen = '';
    for await (const { bytes } of job.output()) {
      seen += Buffer.from(bytes).toString();
      if (seen.includes('ready')) break;
    }
    await job.resize({ rows: 50, cols: 132 });
    expect((await job.wait()).stdout.replaceAll('\r', '')).toBe('24 80\nready\n50 132\n');
    const plain = await start('sleep 60');
    await expect(plain.resize(tty)).rejects.toMatchObject({ code: 'conflict' });
    await plain.kill();
  });

  test('what asks for a command that is not there is told so', async () => {
    const id = `cmd_${'0'.repeat(26)}`;
    await expect(target().commands.get(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('commands are root’s only where the deployment allows it', async () => {
    await expect(start('id', { user: 'root' })).rejects.toMatchObject({ code: 'forbidden' });
  });
}
