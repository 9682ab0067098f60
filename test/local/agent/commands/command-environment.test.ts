import { expect, test } from 'vitest';
import { processLimit } from '../../../../containers/agent/commands/launch/process-limit.ts';
import { startAgent } from '../../../support/agent/agent-machine.ts';

test('a command sees an environment built from nothing, its own above the sandbox’s', async () => {
  await using machine = await startAgent({ assignment: { env: { FROM: 'sandbox', KEPT: 'yes' } } });
  await machine.ready();
  const { stdout } = await machine.run({ argv: ['env', '-0'], env: { FROM: 'command' } });
  const seen = new Map(
    stdout
      .toString()
      .split('\0')
      .filter(Boolean)
      .map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
  );
  expect(seen.get('FROM')).toBe('command');
  expect(seen.get('KEPT')).toBe('yes');
  expect(seen.get('SANDBOX_ID')).toBe(machine.plane.assignment.sandbox_id);
  expect([...seen.keys()].filter((name) => !['_', 'SHLVL', 'PWD'].includes(name ?? '')).sort()).toEqual([
    'COLD_PATH',
    'FROM',
    'HOME',
    'HOT_PATH',
    'KEPT',
    'LANG',
    'LOGNAME',
    'ORCHESTRATOR_URL',
    'PATH',
    'SANDBOX_ID',
    'SHELL',
    'USER',
    'USER_ID',
  ]);
});

test('every variable is what it was given as, those too that shells keep for themselves', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const env = { UID: 'x', SECONDS: 'a b', BASHPID: '7', EMPTY: '', EQUALS: '=a=', LINES: 'one\ntwo', BYTES: 'é' };
  const { stdout, stderr } = await machine.run({ argv: ['env', '-0'], env });
  expect(stdout.toString().split('\0')).toEqual(
    expect.arrayContaining(Object.entries(env).map((pair) => pair.join('='))),
  );
  expect(stderr.length).toBe(0);
});

test('a command comes after the agent: in its turn, when memory runs out, and in its share of processes', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = 'nice; cat /proc/self/oom_score_adj; ulimit -Hu; pwd; echo "$PWD"';
  const { stdout } = await machine.run({ command, cwd: '/tmp' });
  expect(stdout.toString().split('\n')).toEqual(['19', '500', String(processLimit()), '/tmp', '/tmp', '']);
});

test('C6: arguments reach the program as they are, by no shell', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const hostile = ['$(id)', '`id`', ';id', '--', '-n', '*', 'a b', '"', "'", '\n', 'a=b', '\\'];
  const { stdout } = await machine.run({ argv: ['printf', '%s\\0', ...hostile] });
  expect(stdout.toString().split('\0').slice(0, -1)).toEqual(hostile);
});

test('C6: what a library of the user does on loading happens without privileges', async () => {
  await using machine = await startAgent();
  await machine.ready();
  // The loader complains once per program it loads with such a library: the user's programs, never setpriv.
  const env = { LD_PRELOAD: '/no/such/library.so', BASH_ENV: '/no/such/script', PATH: machine.home };
  const { stdout, stderr } = await machine.run({ argv: ['/usr/bin/id', '-u'], env });
  expect(stdout.toString()).toBe('1000\n');
  expect(stderr.toString()).toContain('/no/such/library.so');
  expect(stderr.toString()).not.toContain('setpriv');
});

test('a program that is not there exits with 127, one that can’t be run and a folder that can’t be entered with 126', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const missing = await machine.run({ argv: ['no-such-program'] });
  expect(missing.outcome).toMatchObject({ outcome: 'exited', exit_code: 127 });
  expect(missing.stderr.toString()).toContain('no-such-program');
  const folder = await machine.run({ argv: ['/tmp'] });
  expect(folder.outcome).toMatchObject({ outcome: 'exited', exit_code: 126 });
  const lost = await machine.run({ command: 'true', cwd: 'not/there' });
  expect(lost.outcome).toMatchObject({ outcome: 'exited', exit_code: 126, cwd: `${machine.home}/not/there` });
  expect(lost.stderr.toString()).toContain('not/there');
});

test('M2: a folder that only root can enter is not entered', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome, stdout } = await machine.run({ command: 'pwd', cwd: '/root' });
  expect(outcome.exit_code).toBe(126);
  expect(stdout.length).toBe(0);
});

test('standard input is /dev/null, or exactly the bytes that were given', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const none = await machine.run({ command: 'cat; readlink /proc/self/fd/0' });
  expect(none.stdout.toString()).toBe('/dev/null\n');
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const given = await machine.run({
    argv: ['cat', '/dev/stdin'],
    stdin: { data: bytes.toString('base64'), encoding: 'base64' },
  });
  expect(given.stdout.equals(bytes)).toBe(true);
});

test('/dev/stdout and /dev/stderr can be opened', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, stderr } = await machine.run({ command: 'echo one >/dev/stdout; echo two | tee /dev/stderr' });
  expect(stdout.toString()).toBe('one\ntwo\n');
  expect(stderr.toString()).toBe('two\n');
});

test('what a command makes has the usual mode, not the agent’s', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout } = await machine.run({ command: 'touch file; stat -c %a file' });
  expect(stdout.toString()).toBe('644\n');
});
