import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startAgent } from '../../../support/agent/agent-machine.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a command runs in the home as the sandbox user and answers with its output and exit code', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, stderr, outcome } = await machine.run({ command: 'pwd; id -u; echo oops >&2; exit 3' });
  expect(stdout.toString()).toBe(`${machine.home}\n1000\n`);
  expect(stderr.toString()).toBe('oops\n');
  expect(outcome).toMatchObject({
    outcome: 'exited',
    exit_code: 3,
    signal: null,
    stdout_bytes: stdout.length,
    cwd: machine.home,
  });
});

test.each(['-x', '--help', '-c "echo no"'])(
  'the command %s is a command, not an option of the shell that runs it',
  async (command) => {
    await using machine = await startAgent();
    await machine.ready();
    const { stderr, outcome } = await machine.run({ command });
    expect(stderr.toString()).toContain('command not found');
    expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 127 });
  },
);

test('C2: 3 MB of random bytes on stdout, 1 MB on stderr and exit code 7 arrive as they were made', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const make =
    'head -c 3145728 /dev/urandom >a; head -c 1048576 /dev/urandom >b; cat a; cat b >&2; sha256sum <a; sha256sum <b; exit 7';
  const { stdout, stderr, outcome } = await machine.run({ command: make });
  const [first, second] = stdout
    .subarray(3_145_728)
    .toString()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(sha256(stdout.subarray(0, 3_145_728))).toBe(first);
  expect(sha256(stderr)).toBe(second);
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 7, stderr_bytes: 1_048_576 });
});
