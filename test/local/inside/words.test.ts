import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../../contract/agent/exit-codes.ts';
import { limits } from '../../../contract/api/limits.ts';
import { createClock } from '../../../contract/clock.ts';
import { type AgentMachine, startAgent, until } from '../../support/agent/agent-machine.ts';
import { type Fault, refusal } from '../../support/fakes/fake-control-plane.ts';

const oldClient = readFileSync(join(import.meta.dirname, '../../support/inside/old-client.py'), 'utf8');
const pythonHere = spawnSync('/usr/bin/python3', ['--version']).status === 0;

/** Asks the door as a command does, with curl. */
async function ask(machine: AgentMachine, method: string, path: string, body?: string) {
  const data = body === undefined ? '' : '--data-binary @- -H content-type:application/json';
  const command = `curl -sS -X ${method} ${data} -w '\n%{http_code}' "$ORCHESTRATOR_URL/sandboxes/$SANDBOX_ID${path}"`;
  const stdin = { data: body ?? '', encoding: 'utf8' };
  const { stdout, stderr } = await machine.run({ command, stdin });
  const [text = '', status = ''] = stdout.toString().split('\n');
  if (!text.startsWith('{')) throw new Error(`answered ${stdout} ${stderr}`);
  return { status: Number(status), body: JSON.parse(text) };
}

async function python(machine: AgentMachine, verb: string, ...args: unknown[]) {
  const argv = ['/usr/bin/python3', '-', verb, ...args.map((arg) => JSON.stringify(arg))];
  const { stdout, stderr } = await machine.run({ argv, stdin: { data: oldClient, encoding: 'utf8' } });
  return { stderr: stderr.toString(), answer: stdout.length === 0 ? undefined : JSON.parse(stdout.toString()) };
}

test.skipIf(!pythonHere)('the Python client of the service before this one works as it is', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { assignment } = machine.plane;
  expect((await python(machine, 'info')).answer).toEqual({
    sandbox_id: assignment.sandbox_id,
    user_id: 'ada',
    hot_path: machine.home,
    cold_path: '/data/cold',
  });
  expect((await python(machine, 'heartbeat')).answer).toBe(true);
  const result = { answer: 42, files: ['a', 'é'] };
  const first = await python(machine, 'signal_complete', result);
  expect(first.answer, first.stderr).toBe(200);
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.words).toEqual([{ stop_reason: 'completed', result }]);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({ state: 'ending', reason: 'completed' });
});

test.skipIf(!pythonHere)('its error ends the sandbox with what it said', async () => {
  await using machine = await startAgent();
  await machine.ready();
  await python(machine, 'signal_error', 'no more tokens');
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.words).toEqual([{ stop_reason: 'error', error: 'no more tokens', result: null }]);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({ state: 'ending', reason: 'error' });
});

test('whoever says that it is done ends by itself, with its own exit code', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const command = 'curl -sS -X POST "$ORCHESTRATOR_URL/sandboxes/$SANDBOX_ID/complete"; sleep 0.5; exit 7';
  const { outcome } = await machine.run({ command });
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 7 });
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.words).toEqual([{ stop_reason: 'completed', result: null }]);
});

test('what never ends has five seconds', async () => {
  await using machine = await startAgent({ clock: createClock(10, Date.now()) });
  await machine.ready();
  const command = `curl -sS -X POST "$ORCHESTRATOR_URL/sandboxes/$SANDBOX_ID/complete"; exec sleep 600`;
  const { outcome } = await machine.run({ command, timeout_seconds: null });
  expect(outcome.outcome).toBe('killed');
  expect(await machine.exited).toBe(exitCodes.ended);
});

test('a heartbeat from inside is use: the sandbox does not become idle', async () => {
  const clock = createClock(20, Date.now());
  await using machine = await startAgent({ clock, assignment: { idle_timeout_seconds: 20, heartbeat_seconds: 5 } });
  await machine.ready();
  // Left behind by a command that has ended: nothing but its beats says that it is in use.
  const beat = 'curl -sS -X POST "$ORCHESTRATOR_URL/sandboxes/$SANDBOX_ID/heartbeat" >/dev/null';
  const started = clock.now();
  await machine.run({ command: `(for i in $(seq 5); do sleep 0.4; ${beat}; done) >/dev/null 2>&1 </dev/null &` });
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(clock.now() - started).toBeGreaterThanOrEqual(20_000);
});

const beyondCredentials =
  (fault: Fault): Fault =>
  (request, response) => {
    if (request.url?.endsWith('/complete')) return fault(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...keep, ...credentials }));
  };
const keep = { expires_at: '2999-01-01T00:00:00.000Z', idle_timeout_seconds: 0, stop: 'no', revoked_grants: [] };
const credentials = {
  AccessKeyId: 'A',
  SecretAccessKey: 'S',
  Token: 'T',
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
};

test('a word that the control plane can’t hear now is taken, and said until it is heard', async () => {
  await using machine = await startAgent({ clock: createClock(10, Date.now()) });
  await machine.ready();
  machine.plane.fault = beyondCredentials(refusal(503, 'unavailable'));
  const said = await ask(machine, 'POST', '/complete', '{"kept":true}');
  expect(said).toMatchObject({ status: 202, body: { accepted: false, status: 'shutting_down' } });
  // Another word is too late, the same one is not a second one.
  expect(await ask(machine, 'POST', '/error', '{"error":"no"}')).toMatchObject({
    status: 200,
    body: { accepted: false },
  });
  expect(await ask(machine, 'POST', '/complete', '{"kept":true}')).toMatchObject({ status: 202 });
  expect((await machine.run({ command: 'echo alive' })).stdout.toString()).toBe('alive\n');
  machine.plane.fault = undefined;
  expect(await machine.exited).toBe(exitCodes.ended);
  expect(machine.plane.words).toEqual([{ stop_reason: 'completed', result: { kept: true } }]);
});

test('a word still unheard at the end is said once more, and then given up', async () => {
  await using machine = await startAgent({ clock: createClock(20, Date.now()) });
  await machine.ready();
  machine.plane.fault = beyondCredentials(() => {});
  expect(await ask(machine, 'POST', '/complete')).toMatchObject({ status: 202 });
  machine.stop();
  expect(await machine.exited).toBe(exitCodes.ended);
});

test('a word that is refused for good leaves room for another', async () => {
  await using machine = await startAgent();
  await machine.ready();
  machine.plane.fault = beyondCredentials(refusal(400, 'invalid_request'));
  expect(await ask(machine, 'POST', '/complete')).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  machine.plane.fault = undefined;
  expect(await ask(machine, 'POST', '/complete')).toMatchObject({ status: 200, body: { accepted: true } });
});

test.for([
  ['a result beyond its bound', `{"long":"${'x'.repeat(limits.resultBytes)}"}`, 400],
  ['one that nests without end', `{"deep":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, 400],
  ['a body beyond 64 KB', `{"long":"${'x'.repeat(70_000)}"}`, 413],
  ['what is no JSON', '{', 400],
  ['what is no object', '[1]', 400],
] as const)('%s is refused by rule, and ends nothing', async ([, body, status]) => {
  await using machine = await startAgent();
  await machine.ready();
  const answer = await ask(machine, 'POST', '/complete', body);
  expect(answer).toMatchObject({ status, body: { error: { message: answer.body.detail } } });
  expect(machine.plane.words).toEqual([]);
  expect((await machine.health()).state).toBe('ready');
});

test.for([
  ['{"answer":42}', { result: { answer: 42 } }],
  ['{"result":"done"}', { result: { result: 'done' } }],
  ['{}', { result: null }],
  ['null', { result: null }],
] as const)('complete takes %s', async ([body, expected]) => {
  await using machine = await startAgent();
  await machine.ready();
  await ask(machine, 'POST', '/complete', body);
  expect(machine.plane.words).toEqual([{ stop_reason: 'completed', ...expected }]);
});

test.for([
  ['{"message":"lost"}', 'lost'],
  ['{"error":{"why":1}}', '{"why":1}'],
  ['{}', 'the code said no more'],
  [`{"error":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, 'the code said no more'],
  [JSON.stringify({ error: `${'x'.repeat(5_000)} the end` }), `…${'x'.repeat(4_087)} the end`],
] as const)('error takes what it is told', async ([body, error]) => {
  await using machine = await startAgent();
  await machine.ready();
  await ask(machine, 'POST', '/error', body);
  expect(machine.plane.words).toEqual([{ stop_reason: 'error', error, result: null }]);
});

test('the log tells that the work has ended, and not what was said', async () => {
  await using machine = await startAgent();
  await machine.ready();
  await ask(machine, 'POST', '/complete', '{"secret":"swordfish"}');
  await machine.exited;
  await until(() => machine.logs.some((line) => line.includes('work.ended')));
  expect(machine.logs.join('\n')).not.toContain('swordfish');
});
