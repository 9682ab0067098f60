// What went wrong in other systems, by the place where somebody complained of it.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FrameDecoder } from '../../../contract/agent/frames.ts';
import { limits } from '../../../contract/api/limits.ts';
import { ask, begin, follow, infoOf, printed } from '../../support/agent/agent-calls.ts';
import { commandId, startAgent, until } from '../../support/agent/agent-machine.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

test('E2B#1074, sandbox-agent#152: a background command has no time-out of anybody else’s, and is found again', async () => {
  const clock = new ManualClock();
  await using machine = await startAgent({
    clock,
    assignment: { expires_at: new Date(clock.now() + 1e12).toISOString() },
  });
  await machine.ready();
  const id = await begin(machine, { command: 'echo up; until [ -e go ]; do sleep 0.02; done; echo down' });
  await printed(machine, id, 'up');
  for (let hours = 0; hours < 24; hours++) clock.pass(3_600_000);
  expect(await infoOf(machine, id)).toMatchObject({ outcome: 'running', duration_ms: expect.any(Number) });
  await machine.run({ argv: ['touch', 'go'] });
  expect((await follow(machine, id)).stdout.toString()).toBe('up\ndown\n');
});

test('a command that runs for a year by the clock is still there, and says how long it has taken', async () => {
  const clock = new ManualClock();
  const expires_at = new Date(clock.now() + 1e12).toISOString();
  await using machine = await startAgent({ clock, assignment: { expires_at } });
  await machine.ready();
  const id = await begin(machine, { command: 'echo up; until [ -e go ]; do sleep 0.02; done; echo down' });
  await printed(machine, id, 'up');
  for (let day = 0; day < 365; day++) clock.pass(86_400_000);
  expect(await infoOf(machine, id)).toMatchObject({ outcome: 'running', duration_ms: 365 * 86_400_000 });
  await machine.run({ argv: ['touch', 'go'] });
  const { stdout, outcome } = await follow(machine, id);
  expect(stdout.toString()).toBe('up\ndown\n');
  expect(outcome).toMatchObject({ outcome: 'exited', duration_ms: 365 * 86_400_000 });
});

test('E2B#500, AS#1388, Daytona#2602: at the time-out the command is dead, not only its answer', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, outcome } = await machine.run({
    command: 'echo $$; while :; do sleep 0.1; done',
    timeout_seconds: 1,
  });
  expect(outcome).toMatchObject({ outcome: 'timed_out', exit_code: null });
  expect((await machine.run({ argv: ['kill', '-0', stdout.toString().trim()] })).outcome.exit_code).toBe(1);
});

test('Daytona#5144: both streams stay apart, and a time-out throws nothing away', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { stdout, stderr } = await machine.run({ command: 'seq 1 50000; seq 1 10 >&2; sleep 600', timeout_seconds: 1 });
  expect(stdout.toString().endsWith('\n50000\n')).toBe(true);
  expect(stderr.toString()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n');
});

test.for([
  ['a here-document', 'cat <<END\ninside\nEND\necho done'],
  ['a child that lives long', 'sleep 600 & echo done'],
  ['a child that holds the output in a session of its own', 'setsid sleep 600 & echo done'],
] as const)('Daytona#4230, agent-compose#364: %s doesn’t keep an answer back', async ([, command]) => {
  await using machine = await startAgent();
  await machine.ready();
  for (const session of [undefined, 's']) {
    const { stdout, outcome } = await machine.run({ command, session });
    expect(stdout.toString()).toContain('done\n');
    expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0 });
  }
});

test('Daytona#3770, LibreChat#251: a program that waits for input it was not given ends at once', async () => {
  await using machine = await startAgent();
  await machine.ready();
  for (const argv of [['cat'], ['bash', '-c', 'read x; echo "[$x]"'], ['wc', '-c', '/dev/stdin']]) {
    expect((await machine.run({ argv })).outcome.outcome).toBe('exited');
  }
});

test('CF#873, tensorlake#718: an exit code is told by an outcome and by nothing else', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: 'echo first; until [ -e go ]; do sleep 0.02; done; exit 3' });
  await printed(machine, id, 'first');
  expect((await follow(machine, id, '?until=some')).outcome).toMatchObject({ outcome: 'running', exit_code: null });
  expect((await follow(machine, id, '?until=now')).outcome).toMatchObject({ outcome: 'running', exit_code: null });
  await machine.run({ argv: ['touch', 'go'] });
  expect((await follow(machine, id)).outcome).toMatchObject({ outcome: 'exited', exit_code: 3 });
});

test('until=some waits for output after its offsets, and for no more', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = await begin(machine, { command: 'echo one; until [ -e go ]; do sleep 0.02; done; echo two; sleep 600' });
  await printed(machine, id, 'one');
  const waiting = follow(machine, id, '?until=some&stdout_offset=4');
  await machine.run({ argv: ['touch', 'go'] });
  const { stdout, outcome } = await waiting;
  expect(stdout.toString()).toBe('two\n');
  expect(outcome.outcome).toBe('running');
});

test('AgentCompass#284: a time-out is an outcome of its own and no exit code', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome } = await machine.run({ argv: ['sleep', '600'], timeout_seconds: 1 });
  expect(outcome).toMatchObject({ outcome: 'timed_out', exit_code: null, signal: 'SIGTERM' });
});

test('smithers#738, E2B#463, E2B#879: a field nobody knows and a time-out beyond the bound are refused', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const order = { command_id: commandId(), argv: ['true'], timeout_seconds: 5 };
  await expect(ask(machine, '/commands', { ...order, timeout: 5 })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(
    ask(machine, '/commands', { ...order, timeout_seconds: limits.timeoutSeconds.max + 1 }),
  ).rejects.toMatchObject({
    details: { field: 'timeout_seconds' },
  });
});

test('amazon-ecs-agent#2846, containers-roadmap#2207, boto3#3496, rack#3802: exit code and every byte value come back as they were', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const stdin = { data: bytes.toString('base64'), encoding: 'base64' };
  const { stdout, outcome } = await machine.run({ command: 'cat; exit 42', stdin });
  expect(stdout.equals(bytes)).toBe(true);
  expect(outcome.exit_code).toBe(42);
});

test('three readers at three speeds each get all of 60 MB, and none waits for another', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const bytes = 60_000_000;
  const id = await begin(machine, { command: `yes 0123456789abcde | head -c ${bytes}` });
  const read = async (pauseMs: number) => {
    const stream = machine.http.request({ ':path': `/commands/${id}/frames` });
    const decoder = new FrameDecoder();
    const hash = createHash('sha256');
    let [got, chunks] = [0, 0];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (const frame of decoder.push(chunk)) {
        if (!('data' in frame)) continue;
        hash.update(frame.data);
        got += frame.data.length;
      }
      if (pauseMs > 0 && ++chunks % 200 === 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return { got, digest: hash.digest('hex') };
  };
  const [slow, slower, fast] = await Promise.all([read(2), read(5), read(0)]);
  expect(fast.got).toBe(bytes);
  expect(slow).toEqual(fast);
  expect(slower).toEqual(fast);
  expect(await infoOf(machine, id)).toMatchObject({
    stdout_bytes: bytes,
    outcome: 'exited',
    stdout_first_available: 0,
  });
});

test('200 commands at once run each for itself, beside 20 terminals', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const tty = { rows: 24, cols: 80 };
  const orders = Array.from({ length: 220 }, (_, i) => ({
    command: `echo ${i}; exit ${i % 200}`,
    ...(i >= 200 && { tty }),
  }));
  const results = await Promise.all(orders.map((order) => machine.run(order)));
  expect(results.map(({ stdout }) => Number(stdout))).toEqual(orders.map((_, i) => i));
  expect(results.map(({ outcome }) => outcome.exit_code)).toEqual(orders.map((_, i) => i % 200));
  await until(async () => (await machine.health()).running_commands === 0);
});
