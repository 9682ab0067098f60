import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../../contract/agent/exit-codes.ts';
import { createClock } from '../../../contract/clock.ts';
import { commandId, startAgent, until } from '../../support/agent/agent-machine.ts';
import { type Fault, refusal } from '../../support/fakes/fake-control-plane.ts';

// Says when it can no longer be asked to end.
const stubborn = "trap '' TERM; touch armed; while :; do sleep 0.05; done";
const fast = (rate: number) => createClock(rate, Date.now());

test('at the deadline the agent ends by itself, commands killed, outcomes reported', async () => {
  const clock = fast(20);
  await using machine = await startAgent({
    clock,
    assignment: { expires_at: new Date(clock.now() + 30_000).toISOString() },
  });
  await machine.ready();
  const running = machine.run({ command: 'exec sleep 600', timeout_seconds: null });
  expect((await running).outcome).toMatchObject({ outcome: 'killed' });
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({ state: 'ending', reason: 'expired', running_commands: 0 });
  expect(machine.plane.outcomes.map(({ outcome }) => outcome)).toEqual(['running', 'killed']);
});

test('a command that lasts is told of while it runs, and one that is quick only when it has ended', async () => {
  await using machine = await startAgent({ clock: fast(10) });
  await machine.ready();
  const { outcome: quick } = await machine.run({ command: 'true' });
  const lasting = machine.run({ command: 'read -r', stdin: 'pipe' });
  await until(() => machine.plane.outcomes.length === 2);
  const [ended, running] = machine.plane.outcomes;
  expect(ended).toMatchObject({ command_id: quick.command_id, outcome: 'exited' });
  expect(running).toMatchObject({ outcome: 'running', exit_code: null, stdout: { head: '' } });
  await machine.send('POST', `/commands/${running?.command_id}/stdin`, { data: 'Cg==', offset: 0, eof: true });
  expect((await lasting).outcome).toMatchObject({ command_id: running?.command_id, exit_code: 0 });
  await until(() => machine.plane.outcomes.length === 3);
  expect(machine.plane.outcomes[2]).toMatchObject({ command_id: running?.command_id, outcome: 'exited' });
});

test('a deadline that was moved is heard when the old one comes', async () => {
  const clock = fast(20);
  const first = clock.now() + 20_000;
  const assignment = { expires_at: new Date(first).toISOString(), heartbeat_seconds: 3_600 };
  await using machine = await startAgent({ clock, assignment });
  await machine.ready();
  const later = first + 20_000;
  machine.plane.reply = { ...machine.plane.reply, expires_at: new Date(later).toISOString() };
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(clock.now()).toBeGreaterThanOrEqual(later);
});

const hangs: Fault = () => {};
const garbage: Fault = (_request, response) => void response.writeHead(200).end('<html>');
const cut: Fault = (request) => void request.socket.destroy();

test.for([
  ['is dead', cut],
  ['says 500', refusal(500, 'internal')],
  ['says nothing', hangs],
  ['answers garbage', garbage],
  ['has no such sandbox', refusal(404, 'not_found')],
] as const)('when the control plane %s the known deadline still rules', async ([, fault]) => {
  const clock = fast(40);
  const assignment = { expires_at: new Date(clock.now() + 60_000).toISOString(), heartbeat_seconds: 10 };
  await using machine = await startAgent({ clock, assignment });
  await machine.ready();
  machine.plane.fault = fault;
  const { outcome } = await machine.run({ command: 'exit 2' });
  expect(outcome.exit_code).toBe(2);
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.logs.some((line) => line.includes('"outcomes.'))).toBe(true);
});

test('outcomes wait until the control plane takes them', async () => {
  const clock = fast(20);
  await using machine = await startAgent({ clock });
  await machine.ready();
  machine.plane.fault = refusal(503, 'unavailable');
  const id = commandId();
  await machine.run({ command_id: id, command: 'echo kept' });
  await until(() => machine.logs.some((line) => line.includes('outcomes.refused')));
  machine.plane.fault = undefined;
  await until(() => machine.plane.outcomes.length > 0);
  expect(machine.plane.outcomes).toMatchObject([{ command_id: id, outcome: 'exited', exit_code: 0 }]);
});

test('a sandbox that nobody uses ends as idle, and not while a command runs', async () => {
  const clock = fast(20);
  await using machine = await startAgent({ clock, assignment: { idle_timeout_seconds: 10 } });
  await machine.ready();
  const { outcome } = await machine.run({ command: 'sleep 1', timeout_seconds: 60 });
  expect(outcome.outcome).toBe('exited');
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({ state: 'ending', reason: 'idle' });
});

test.for(['graceful', 'now'] as const)('a wish to stop %s is heard with the next heartbeat', async (stop) => {
  const clock = fast(20);
  await using machine = await startAgent({ clock, assignment: { heartbeat_seconds: 5 } });
  await machine.ready();
  const running = machine.run({ command: stubborn });
  await until(() => existsSync(join(machine.home, 'armed')));
  machine.plane.reply = { ...machine.plane.reply, stop };
  expect((await running).outcome).toMatchObject({ outcome: 'killed', signal: 'SIGKILL' });
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({ reason: 'user_requested' });
});

test('while it ends the agent refuses new commands', async () => {
  // The two seconds of its end are eight here: it is asked twice in them, however busy this machine is.
  await using machine = await startAgent({ clock: fast(0.25) });
  await machine.ready();
  const running = machine.run({ command: stubborn });
  await until(() => existsSync(join(machine.home, 'armed')));
  machine.stop();
  await until(async () => (await machine.health()).state === 'ending');
  const answer = await machine.send('POST', '/commands', {
    command_id: commandId(),
    timeout_seconds: 5,
    command: 'true',
  });
  expect(answer.status).toBe(410);
  expect(JSON.parse(answer.body.toString()).error.code).toBe('ending');
  expect((await running).outcome.outcome).toBe('killed');
});

test('M9: a sandbox whose first command fails is never ready, and says what it printed', async () => {
  const on_ready = { command: 'echo almost; echo broken >&2; exit 9', timeout_seconds: 10 };
  await using machine = await startAgent({ assignment: { on_ready } });
  expect(await machine.exited).toBe(exitCodes.onReady);
  expect(machine.plane.heartbeats.map(({ state }) => state)).not.toContain('ready');
  const last = machine.plane.heartbeats.at(-1);
  expect(last).toMatchObject({ state: 'ending', reason: 'on_ready_failed' });
  expect(last?.detail).toContain('exited with 9');
  expect(last?.detail).toContain('broken');
});

test('M9: the sandbox’s first command has run when it is ready', async () => {
  await using machine = await startAgent({
    assignment: { on_ready: { argv: ['touch', 'prepared'], timeout_seconds: 10 } },
  });
  await machine.ready();
  expect((await machine.run({ argv: ['ls'] })).stdout.toString()).toBe('prepared\n');
});

test('a machine that is nobody’s ends after five minutes', async () => {
  await using machine = await startAgent({ clock: fast(200), fault: refusal(409, 'sandbox_not_ready') });
  expect(await machine.exited).toBe(exitCodes.unassigned);
});

test('an agent whose sandbox has already ended goes at once', async () => {
  const ended: Fault = (request, response) => {
    if (request.headers.host !== '169.254.170.2') return refusal(410, 'sandbox_ended')(request, response);
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    return void response.end(JSON.stringify({ AccessKeyId: 'A', SecretAccessKey: 'S', Token: 'T', Expiration }));
  };
  await using machine = await startAgent({ fault: ended });
  expect(await machine.exited).toBe(exitCodes.unassigned);
  expect(machine.plane.requests.filter((request) => request.endsWith('/hello'))).toHaveLength(1);
});

test('SIGTERM before an assignment ends the agent', async () => {
  await using machine = await startAgent({ fault: refusal(409, 'sandbox_not_ready') });
  await until(() => machine.plane.requests.length > 0);
  machine.stop();
  expect(await machine.exited).toBe(exitCodes.ended);
});

test('neither log nor reports have environment values, output in the log, or command lines', async () => {
  await using machine = await startAgent({ assignment: { env: { TOKEN: 'hunter2' } } });
  await machine.ready();
  await machine.run({ command: 'echo swordfish', env: { OTHER: 'hunter3' } });
  await until(() => machine.plane.outcomes.length > 0);
  machine.stop();
  await machine.exited;
  expect(machine.logs.join('\n')).not.toMatch(/hunter|swordfish|echo/);
  expect(JSON.stringify([machine.plane.heartbeats, machine.plane.outcomes])).not.toMatch(/hunter|echo/);
});
