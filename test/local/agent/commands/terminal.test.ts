import { expect, test } from 'vitest';
import { ask, begin, follow, infoOf, printed, type } from '../../../support/agent/agent-calls.ts';
import { startAgent, until } from '../../../support/agent/agent-machine.ts';

const tty = { rows: 24, cols: 80 };

test('a terminal has the size that was asked for, one stream, and a name', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, stderr, outcome } = await machine.run({
    command:
      'stty size; test -t 0 && test -t 1 && test -t 2 && echo "$TERM"; echo to-stderr >&2; stty -a | grep -o iutf8; exit 7',
    tty: { rows: 50, cols: 132 },
  });
  expect(stdout.toString()).toBe('50 132\r\nxterm-256color\r\nto-stderr\r\niutf8\r\n');
  expect(stderr.length).toBe(0);
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 7, stderr_bytes: 0 });
});

test('a terminal’s command has no privilege and no descriptor of the agent’s', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = `grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' /proc/self/status
    for fd in 3 4; do [ -e /proc/$$/fd/$fd ] && ls -l /proc/$$/fd/$fd; done; tr '\\0' ' ' </proc/$PPID/cmdline`;
  const { stdout } = await machine.run({ command, tty });
  expect(stdout.toString().replaceAll('\r', '').trim()).toBe(
    'Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nterminal',
  );
});

test('a new size reaches the program on the terminal', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, {
    command: 'trap "stty size; exit 0" WINCH; echo go; while :; do sleep 0.02; done',
    tty,
  });
  await printed(machine, id, 'go');
  expect(await ask(machine, `/commands/${id}/resize`, { rows: 40, cols: 100 })).toEqual({ rows: 40, cols: 100 });
  expect((await follow(machine, id)).stdout.toString()).toBe('go\r\n40 100\r\n');
  await expect(ask(machine, `/commands/${id}/resize`, tty)).rejects.toMatchObject({ code: 'conflict' });
});

test('the byte of Ctrl-C interrupts what is in the foreground, and nothing else', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { argv: ['bash', '--norc', '-i'], tty });
  await type(machine, id, 'PS1=">"; sleep 600\n');
  await printed(machine, id, 'sleep 600');
  await until(async () => (await machine.run({ command: 'pgrep -x -u 1000 sleep || true' })).stdout.length > 0);
  await type(machine, id, '\x03');
  await type(machine, id, 'echo "code $?"; exit 4\n');
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString()).toContain('code 130\r\n');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 4, signal: null });
});

test.for([
  ['SIGKILL', 'kill -KILL $$'],
  ['SIGSEGV', 'kill -SEGV $$'],
] as const)('a command that %s ends on a terminal is said to be', async ([signal, command]) => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ command, tty });
  expect(outcome).toMatchObject({ outcome: 'signaled', exit_code: null, signal });
});

test('a command that a real-time signal ends on a terminal did not end well', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ command: 'kill -34 $$', tty });
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 128 + 34, signal: null });
});

test('what a terminal’s command prints last is not lost, however much it is', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout } = await machine.run({ command: 'seq 1 200000', tty });
  expect(stdout.toString()).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\r\n`).join(''));
});

test('the answer of a terminal comes with its leader, and what it left running is hung up', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, outcome } = await machine.run({ command: 'sleep 600 & echo "pid $!"', tty });
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
  const pid = Number(/pid (\d+)/.exec(stdout.toString())?.[1]);
  await until(async () => (await machine.run({ argv: ['kill', '-0', String(pid)] })).outcome.exit_code === 1);
});

test('a time-out ends a terminal whose command ignores everything it can', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = 'trap "" HUP INT TERM; echo before; while :; do sleep 0.1; done';
  const { stdout, outcome } = await machine.run({ command, tty, timeout_seconds: 1 });
  expect(stdout.toString()).toBe('before\r\n');
  expect(outcome).toMatchObject({ outcome: 'timed_out', signal: 'SIGKILL' });
});

test('a command that acts on a signal says itself how it ends, and its terminal with it', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, {
    command: 'trap "echo bye; exit 9" TERM; echo go; while :; do sleep 0.02; done',
    tty,
  });
  await printed(machine, id, 'go');
  await ask(machine, `/commands/${id}/signal`, { signal: 'SIGTERM' });
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString()).toContain('bye\r\n');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 9 });
});

test('the end of a terminal’s input is Ctrl-D to its program', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { argv: ['cat'], tty, stdin: { data: 'first\n' } });
  await ask(machine, `/commands/${id}/stdin`, {
    data: Buffer.from('second\n').toString('base64'),
    offset: 6,
    eof: true,
  });
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString()).toContain('second\r\n');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
  expect(await infoOf(machine, id)).toMatchObject({ tty: true, stdout_first_available: 0 });
});

test('a folder that isn’t there is said on the terminal', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, outcome } = await machine.run({ command: 'true', cwd: '/no/such', tty });
  expect(stdout.toString()).toContain('/no/such: No such file or directory');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 126 });
});
