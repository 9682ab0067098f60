import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect as connectHttp } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { proveNear } from '../../../channel/near/prove.ts';
import { limits } from '../../../contract/api/limits.ts';
import { systemClock } from '../../../contract/clock.ts';
import { type AgentMachine, commandId, startAgent, until } from '../../support/agent/agent-machine.ts';
import { refusal } from '../../support/fakes/fake-control-plane.ts';

const refused = async (machine: AgentMachine, method: string, path: string, body?: unknown) => {
  const answer = await machine.send(method, path, body);
  return { status: answer.status, ...JSON.parse(answer.body.toString()).error };
};

const order = (changes: object) => ({ command_id: commandId(), timeout_seconds: 5, command: 'true', ...changes });

test.for([
  ['a NUL', { command: 'echo \0' }, 'command'],
  ['an empty command', { command: '' }, 'command'],
  ['a command of 65,537 bytes', { command: 'x'.repeat(65_537) }, 'command'],
  ['neither command nor argv', { command: undefined }, 'command'],
  ['an unknown field', { shell: 'zsh' }, 'body'],
  ['a time-out of 0', { timeout_seconds: 0 }, 'timeout_seconds'],
  ['a variable that is no name', { env: { 'A B': '1' } }, 'env.A B'],
  ['input that is not base64', { stdin: { data: '?', encoding: 'base64' } }, 'stdin.data'],
  ['an id that is none', { command_id: '../../etc' }, 'command_id'],
] as const)('C2: %s is refused by the name of its field', async ([, changes, field]) => {
  await using machine = await startAgent();
  await machine.ready();
  expect(await refused(machine, 'POST', '/commands', order(changes))).toMatchObject({
    status: 400,
    code: 'invalid_request',
    details: { field },
  });
});

test('each failure of the agent’s API has its status and code', async () => {
  await using machine = await startAgent({ fault: refusal(409, 'sandbox_not_ready') });
  await until(() => machine.plane.requests.length > 1);
  expect(await refused(machine, 'POST', '/commands', order({}))).toMatchObject({ status: 409, code: 'not_assigned' });
  expect(await machine.health()).toMatchObject({ state: 'waiting' });
  machine.plane.fault = undefined;
  await machine.ready();
  expect(await refused(machine, 'GET', `/commands/${commandId()}`)).toMatchObject({
    status: 404,
    code: 'command_not_found',
  });
  expect(await refused(machine, 'GET', '/nothing')).toMatchObject({ status: 404, code: 'route_not_found' });
  expect(await refused(machine, 'GET', '//[')).toMatchObject({ status: 404, code: 'route_not_found' });
  expect(await refused(machine, 'GET', '/commands/x/frames')).toMatchObject({ status: 400, code: 'invalid_request' });
  const large = 'x'.repeat(limits.requestBytes);
  expect(await refused(machine, 'POST', '/commands', order({ cwd: large }))).toMatchObject({
    status: 413,
    code: 'too_large',
  });
  const stdin = { data: 'x'.repeat(limits.stdinBytes + 1) };
  expect(await refused(machine, 'POST', '/commands', order({ stdin }))).toMatchObject({
    status: 413,
    code: 'too_large',
  });
});

test('secret-looking input is not repeated in a refusal', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const answer = await machine.send('POST', '/commands', order({ env: { TOKEN: 'hunter2\0' } }));
  expect(answer.body.toString()).not.toContain('hunter2');
});

test('H8: the sockets are root’s alone', async () => {
  await using machine = await startAgent();
  await machine.ready();
  expect((await stat(machine.channelSocket)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(machine.channelSocket))).mode & 0o777).toBe(0o700);
  const { outcome } = await machine.run({ argv: ['stat', machine.channelSocket] });
  expect(outcome.exit_code).toBe(1);
});

async function knock(machine: AgentMachine): Promise<Socket> {
  const socket = connect(machine.channelSocket).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('C1: a channel that can’t prove itself is closed, one that can is served', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { channel_key, sandbox_id, generation } = machine.plane.assignment;
  const key = Buffer.from(channel_key, 'base64');
  const context = `${sandbox_id}/${generation}`;
  for (const identity of [
    { key: Buffer.alloc(32), context },
    { key, context: `${sandbox_id}/${generation + 1}` },
  ]) {
    await expect(proveNear(await knock(machine), identity, systemClock, 5_000)).rejects.toMatchObject({
      name: 'ChannelError',
    });
  }
  const noise = await knock(machine);
  noise.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  await once(noise, 'close');
  const socket = await knock(machine);
  await proveNear(socket, { key, context }, systemClock, 5_000);
  const session = connectHttp('http://agent', { createConnection: () => socket });
  const stream = session.request({ ':path': '/health' });
  const [body] = await once(stream, 'data');
  expect(JSON.parse(String(body))).toMatchObject({ state: 'ready', channels: 1 });
  session.destroy();
  await until(async () => (await machine.health()).channels === 0);
});

test('connections that never prove themselves are bounded', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const silent = await Promise.all(Array.from({ length: 8 }, () => knock(machine)));
  const one = await knock(machine);
  await once(one, 'close');
  for (const socket of silent) socket.destroy();
});
