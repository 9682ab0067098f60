import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  commandId,
  fail,
  finished,
  type MisbehavingService,
  misbehavingService,
  output,
  sandboxId,
  started,
  stream,
} from '../../support/fakes/misbehaving-service.ts';
import { type RunMatrx, runMatrx } from '../../support/stack/run-matrx.ts';

const exec = ({ url }: MisbehavingService, argv: readonly string[], more: RunMatrx = {}) =>
  runMatrx(['exec', sandboxId, ...argv], { env: { MATRX_URL: url, MATRX_TOKEN: 't' }, ...more });

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const pieces = (name: 'stdout' | 'stderr', bytes: Buffer, size = 200_000) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    output(name, index * size, bytes.subarray(index * size, (index + 1) * size).toString('base64'), 'base64'),
  );

test('both outputs come apart and byte for byte, with the command’s own exit code', async () => {
  const [out, err] = [randomBytes(3_000_000), randomBytes(1_000_000)];
  await using service = await misbehavingService(
    stream([started, ...pieces('stdout', out), ...pieces('stderr', err), finished({ exit_code: 7 })]),
  );
  const run = await exec(service, ['--', 'program']);
  expect({ exitCode: run.exitCode, out: sha256(run.stdout) }).toEqual({ exitCode: 7, out: sha256(out) });
  expect(sha256(run.stderrBytes)).toBe(sha256(err));
});

test.each([
  [{ outcome: 'exited', exit_code: 0 }, 0, ''],
  [{ outcome: 'signaled', exit_code: null, signal: 'SIGSEGV' }, 139, ''],
  [{ outcome: 'timed_out', exit_code: null, signal: 'SIGKILL' }, 124, 'ran into its time-out'],
  [{ outcome: 'out_of_memory', exit_code: null, signal: 'SIGKILL' }, 137, 'ran out of memory'],
  [{ outcome: 'killed', exit_code: null, signal: 'SIGTERM' }, 125, 'was killed'],
  [{ outcome: 'lost', exit_code: null }, 125, 'was lost'],
])('the outcome %j exits with %i', async (changes, exitCode, said) => {
  await using service = await misbehavingService(stream([started, finished(changes)]));
  const run = await exec(service, ['--', 'program']);
  expect(run.exitCode).toBe(exitCode);
  expect(run.stderr).toContain(said);
});

test('what comes after -- is the command, as it is; -c is a script; flags go to the service', async () => {
  await using service = await misbehavingService(stream([started, finished()]));
  await exec(service, ['--cwd', 'a b', '--env', 'A=1', '--timeout', '2m', '--', 'npm', 'run', '--json', '--', '-c']);
  await exec(service, ['--stdin', '-c', 'cat | wc'], { input: Buffer.from([0xff, 0]) });
  expect(service.seen.map(({ body }) => JSON.parse(body))).toEqual([
    { argv: ['npm', 'run', '--json', '--', '-c'], cwd: 'a b', env: { A: '1' }, timeout_seconds: 120 },
    { command: 'cat | wc', stdin: { data: '/wA=', encoding: 'base64' } },
  ]);
});

test('standard input above its limit is refused before anything is sent', async () => {
  await using service = await misbehavingService(stream([finished()]));
  const run = await exec(service, ['--stdin', '--', 'cat'], { input: Buffer.alloc(1_100_000) });
  expect(run.exitCode).toBe(125);
  expect(run.stderr).toContain('too_large');
  expect(service.seen).toHaveLength(0);
});

test('with --json the result is one object as the API has it', async () => {
  const events = [
    started,
    output('stdout', 0, 'hi'),
    output('stderr', 0, '/w==', 'base64'),
    finished({ exit_code: 3, stdout_bytes: 2 }),
  ];
  await using service = await misbehavingService(stream(events));
  const run = await exec(service, ['--json', '--', 'program']);
  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout.toString())).toMatchObject({
    command_id: commandId,
    stdout: 'hi',
    stdout_encoding: 'utf8',
    stderr: '/w==',
    stderr_encoding: 'base64',
    truncated: false,
  });
});

test('Ctrl-C stops waiting, says that the command goes on, and exits with 130', async () => {
  await using service = await misbehavingService(stream([started, output('stdout', 0, 'working')], 'silence'));
  const run = await exec(service, ['--', 'program'], {
    onFirst: { output: 'stdout', run: (kill) => kill('SIGINT') },
  });
  expect(run.exitCode).toBe(130);
  expect(run.stderr).toContain(`${commandId} goes on`);
});

test('a failure of the service is not taken for the command’s exit code', async () => {
  await using service = await misbehavingService(fail('sandbox_ended'));
  const run = await exec(service, ['--', 'program']);
  expect(run.exitCode).toBe(125);
  expect(run.stderr).toContain('(sandbox_ended)');
});

test('a reader that stops reading, as head does, is no error to report', async () => {
  const bytes = randomBytes(3_000_000);
  await using service = await misbehavingService(stream([started, ...pieces('stdout', bytes), finished()]));
  const run = await exec(service, ['--', 'program'], { closeStdout: true });
  expect(run.exitCode).toBe(141);
  expect(run.stderr).not.toContain('Error');
});
