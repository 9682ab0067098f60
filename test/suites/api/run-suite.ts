// What the library promises of a command, whichever way it goes.

import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { CommandError, type Sandbox, SandboxError } from '../../../client/index.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Defines the suite; `target` gives a sandbox that is ready and may be shared, and serves that many commands `atOnce`. */
export function defineRunSuite(target: () => Sandbox, atOnce: number): void {
  const run = (...args: Parameters<Sandbox['commands']['run']>) => target().commands.run(...args);

  test('a command has its exit code, and its two streams apart', async () => {
    const result = await run('id -u; pwd; echo err >&2; exit 3');
    expect(result).toMatchObject({
      outcome: 'exited',
      exitCode: 3,
      signal: null,
      stdout: '1000\n/home/agent\n',
      stderr: 'err\n',
      truncated: false,
      cwd: '/home/agent',
    });
  });

  test('arguments, environment, folder and input arrive as they are', async () => {
    const options = { cwd: '/tmp', env: { WORD: 'a "b" $c' }, stdin: new Uint8Array([0, 255, 10]) };
    const { stdout } = await run(['bash', '-c', 'pwd; echo "$WORD"; od -An -tx1'], options);
    expect(stdout).toBe('/tmp\na "b" $c\n 00 ff 0a\n');
  });

  test('2 MB of random bytes arrive, each once and in order', async () => {
    await run('head -c 2000000 /dev/urandom > random');
    const hash = await run('sha256sum < random');
    const pieces: Uint8Array[] = [];
    const result = await run(['cat', 'random'], {
      maxOutputBytes: 1_000,
      onStdout: (piece) => void pieces.push(piece),
    });
    expect(result).toMatchObject({ stdoutBytes: 2_000_000, truncated: true });
    expect(`${sha256(Buffer.concat(pieces))}  -\n`).toBe(hash.stdout);
  });

  test('a command is ended at its time-out, with what it had printed', async () => {
    const result = await run('echo begun; sleep 60', { timeoutMs: 1_000 });
    expect(result).toMatchObject({ outcome: 'timed_out', exitCode: null, stdout: 'begun\n' });
  });

  test('whoever stops waiting gets what there is, and joins the command again by its key', async () => {
    const options = { idempotencyKey: randomUUID(), timeoutMs: 30_000, waitMs: 2_000 };
    const command = 'echo one; until [ -e go ]; do sleep 0.05; done; rm go; echo two';
    const early = await run(command, options);
    expect(early).toMatchObject({ outcome: 'running', exitCode: null, stdout: 'one\n' });
    await run('touch go');
    const late = await run(command, options);
    expect(late).toMatchObject({ commandId: early.commandId, outcome: 'exited', exitCode: 0 });
    expect(late.stdout).toBe('one\ntwo\n');
  });

  test(`${atOnce} commands at once each get their own output`, async () => {
    const all = await Promise.all(Array.from({ length: atOnce }, (_, n) => run(['echo', String(n)])));
    expect(all.map(({ stdout }) => stdout)).toEqual(Array.from({ length: atOnce }, (_, n) => `${n}\n`));
  });

  test('fails with the field at fault when a command could not be run as asked', async () => {
    const error = await run(['a\0b']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SandboxError);
    expect(error).toMatchObject({ code: 'invalid_request', details: { field: expect.stringMatching(/^argv/) } });
  });

  test('fails when a key is used again for another command, which is not run', async () => {
    const idempotencyKey = randomUUID();
    const first = await run('echo first', { idempotencyKey, env: { A: '1', B: '2' } });
    const again = await run('echo first', { idempotencyKey, env: { B: '2', A: '1' } });
    expect(again).toEqual(first);
    const other = run('touch never', { idempotencyKey });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await run('test -e never')).toMatchObject({ exitCode: 1 });
  });

  test('fails with the result when that was asked for', async () => {
    const error = await run('echo half; exit 9', { check: true }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ code: 'command_failed', result: { exitCode: 9, stdout: 'half\n' } });
  });
}
