import { setTimeout as sleep } from 'node:timers/promises';
import { ResumeSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { expect, onTestFinished, test } from 'vitest';
import { payloadTypes, readAcknowledgement } from '../../../channel/codec/payloads.ts';
import { createClock } from '../../../contract/clock.ts';
import { SessionClient } from '../../support/channel/session-client.ts';
import { rawCat, startTask } from '../../support/channel/session-task.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually } from '../../support/machines/compute.ts';

/** A clock that runs by itself until `stop`, and is moved by hand from then on. */
function handClock() {
  const clock = new ManualClock(Date.now());
  const ticking = setInterval(() => clock.pass(1), 1);
  onTestFinished(() => clearInterval(ticking));
  return { clock, stop: () => clearInterval(ticking) };
}

test('every byte value crosses a raw terminal and comes back', async () => {
  const { open } = await startTask();
  const client = await open(rawCat);
  await client.prints('ready');
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  client.send(bytes.subarray(0, 100));
  client.send(bytes.subarray(100));
  client.send('....');
  await client.prints('....');
  expect(client.output).toEqual(Buffer.concat([Buffer.from('ready'), bytes, Buffer.from('....')]));
});

test('a cooked terminal echoes, makes CR LF of LF and interrupts, and its size is what the client says', async () => {
  const { open } = await startTask();
  const client = await open(`sh -c 'trap "echo caught; exit" INT; echo ready; while :; do sleep 0.02; done'`);
  await client.prints('ready\r\n');
  client.send('\x03');
  expect(await client.closed()).toBe('');
  expect(client.output.toString()).toContain('caught\r\n');

  const sized = await open('sh -c "read line; stty size"');
  sized.send('{"cols":111,"rows":33}', { payloadType: payloadTypes.size });
  sized.send('\r');
  await sized.closed();
  expect(sized.output.toString()).toContain('33 111\r\n');
});

test('a repeated frame is acknowledged again and delivered once, an early one waits for its turn', async () => {
  const { open } = await startTask();
  const client = await open(rawCat);
  await client.prints('ready');
  client.send('b', { number: 1n });
  client.send('a', { number: 0n });
  client.send('a', { number: 0n });
  client.send('c.', { number: 2n });
  await client.prints('c.');
  expect(client.output.toString()).toBe('readyabc.');
  const numbers = client.ofType('acknowledge').map(({ payload }) => readAcknowledgement(payload).sequenceNumber);
  expect(numbers.sort()).toEqual([0, 0, 1, 2]);
});

test('a token opens its session once, a wrong one never, and a session nobody knows isn’t there', async () => {
  const { execute, task } = await startTask();
  const session = await execute(task, rawCat);
  const wrong = new SessionClient(session, 'wrong');
  expect(await wrong.cut()).toBe(1008);
  const first = new SessionClient(session);
  await first.prints('ready');
  expect(await new SessionClient(session).cut()).toBe(1008);
  expect(first.socket.readyState).toBe(first.socket.OPEN);
  const streamUrl = String(session.streamUrl).replace(String(session.sessionId), 'ecs-execute-command-0');
  expect(await new SessionClient({ ...session, streamUrl }).cut()).toBe(1006);
});

test('a token that is a minute old is worth nothing', async () => {
  const { clock, stop } = handClock();
  const { execute, task } = await startTask({ clock });
  const session = await execute(task, rawCat);
  stop();
  clock.pass(60_000);
  expect(await new SessionClient(session).cut()).toBe(1008);
});

test.each([
  ['', 'Commands cannot be empty for session type InteractiveCommands'],
  ["sh -c 'open", 'Unable to start command: EOF found when expecting closing quote'],
  ['sh \\', 'Unable to start command: EOF found after escape character'],
])('the command %j ends its session with a reason', async (command, reason) => {
  const { open } = await startTask();
  expect(await (await open(command)).closed()).toContain(reason);
});

test('a command with a parameter of Parameter Store in it never starts, and its client hears nothing', async () => {
  const { open, execute, task, id, sessions, ssm } = await startTask();
  const session = await execute(task, 'echo {{ssm:secret}}');
  const client = await new SessionClient(session).opened();
  await (await open(rawCat)).prints('ready');
  expect(client.messages).toEqual([]);
  await ssm.send(new TerminateSessionCommand({ SessionId: session.sessionId }));
  expect(await client.closed()).toBe('');
  await eventually(() => sessions.takenBy(id) === 1);
});

test('all output of a command that exits at once arrives before the end', async () => {
  const { open } = await startTask();
  const client = await open(`sh -c 'seq 1 20000'`);
  expect(await client.closed()).toBe('');
  expect(client.output.toString()).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`).join(''));
});

test('a session whose output nobody acknowledges ends all the same', async () => {
  const { execute, task } = await startTask({ clock: createClock(20, Date.now()) });
  const client = new SessionClient(await execute(task, 'echo hello'), undefined, { acknowledges: false });
  expect(await client.closed()).toBe('');
  expect(client.ofType('output_stream_data').length).toBeGreaterThan(1);
});

test('more sessions than slots: one waits, the next is refused, and an end lets the waiting one in', async () => {
  const { open, execute, task, id, sessions, ssm } = await startTask({
    hazards: { sessions: { limit: 2, whenFull: 'refuse' } },
  });
  const first = await execute(task, rawCat);
  await (await open(rawCat)).prints('ready');
  const waiting = await open(rawCat);
  await expect(execute(task, rawCat)).rejects.toMatchObject({ name: 'TargetNotConnectedException' });
  expect(sessions.takenBy(id)).toBe(2);
  expect(waiting.output).toHaveLength(0);
  await ssm.send(new TerminateSessionCommand({ SessionId: first.sessionId }));
  await waiting.prints('ready');
});

test('a session that finds no place for four seconds locks the exec agent up: later ones are offered and never open', async () => {
  const { clock, stop } = handClock();
  const heard: string[] = [];
  const onRefused = (message: string) => void heard.push(message);
  const { open, execute, task, sessions, id, ssm } = await startTask({
    clock,
    onRefused,
    hazards: { sessions: { limit: 1 } },
  });
  const first = await execute(task, rawCat);
  const second = await execute(task, rawCat);
  const third = await open(rawCat);
  stop();
  clock.pass(4_000);
  expect(heard).toEqual([expect.stringContaining('locked up')]);
  for (const { sessionId } of [first, second]) await ssm.send(new TerminateSessionCommand({ SessionId: sessionId }));
  await eventually(() => sessions.takenBy(id) === 0);
  third.send('x');
  await eventually(() => third.ofType('pause_publication').length > 0);
  expect(third.output).toHaveLength(0);
});

test('terminate answers before the slot is free, kills the command, and can be said twice', async () => {
  const { execute, task, id, sessions, ssm } = await startTask();
  const session = await execute(task, rawCat);
  const client = new SessionClient(session);
  await client.prints('ready');
  const terminate = () => ssm.send(new TerminateSessionCommand({ SessionId: session.sessionId }));
  expect(await terminate()).toMatchObject({ SessionId: session.sessionId });
  expect(await client.closed()).toBe('');
  await eventually(() => sessions.takenBy(id) === 0);
  await terminate();
  await expect(ssm.send(new ResumeSessionCommand({ SessionId: session.sessionId }))).rejects.toMatchObject({
    name: 'DoesNotExistException',
  });
});

test('without its client a command goes on until the terminal is full, keeps its slot, and resumes in order', async () => {
  const { execute, task, id, sessions, ssm } = await startTask();
  const session = await execute(task, `sh -c 'stty raw -echo; printf ready; read line; exec seq 1 100000'`);
  const first = new SessionClient(session);
  await first.prints('ready');
  first.send('\n');
  await eventually(() => first.ofType('acknowledge').length > 0);
  first.socket.terminate();
  await first.cut();
  const { SessionId, TokenValue } = await ssm.send(new ResumeSessionCommand({ SessionId: session.sessionId }));
  expect(SessionId).toBe(session.sessionId);
  expect(sessions.takenBy(id)).toBe(1);
  const second = new SessionClient({ ...session, tokenValue: TokenValue });
  expect(await second.closed()).toBe('');
  const [start] = second.messages;
  expect(start).toMatchObject({ messageType: 'start_publication', payload: Buffer.alloc(0) });
  const pieces = new Map(
    [...first.ofType('output_stream_data'), ...second.ofType('output_stream_data')].map((one) => [
      one.sequenceNumber,
      one.payload,
    ]),
  );
  const whole = Buffer.concat([...pieces].sort(([a], [b]) => Number(a - b)).map(([, payload]) => payload)).toString();
  expect(whole).toBe(`ready${Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('')}`);
});

test('a session that carries nothing for twenty minutes is ended', async () => {
  const { clock, stop } = handClock();
  const { open, id, sessions } = await startTask({ clock });
  const client = await open(rawCat);
  await client.prints('ready');
  stop();
  clock.pass(19 * 60_000);
  expect(sessions.takenBy(id)).toBe(1);
  clock.pass(60_000);
  expect(await client.closed()).toBe('');
  await eventually(() => sessions.takenBy(id) === 0);
});

test('garbage harms nobody, and the session goes on', async () => {
  const { open } = await startTask();
  const client = await open(rawCat);
  await client.prints('ready');
  for (const length of [0, 1, 4, 116, 118, 120, 500]) {
    client.socket.send(Buffer.alloc(length, 0xff));
    client.socket.send(Buffer.alloc(length));
    client.socket.send('text'.repeat(length));
  }
  client.send('{"cols":"wide"}', { payloadType: payloadTypes.size, number: 5n });
  client.send('still here', { number: 0n });
  await client.prints('still here');
});

test('a client that sends over a thousand frames a second for long is cut off', async () => {
  const { open } = await startTask();
  const client = await open(rawCat);
  await client.prints('ready');
  const cut = client.cut();
  for (let count = 0; count < 2_100; count++) client.send('x', { number: 0n });
  expect(await cut).toBe(1008);
});

test('input is not acknowledged while the terminal is full', async () => {
  const { open } = await startTask();
  const client = await open(`sh -c 'stty raw -echo; printf ready; exec sleep 600'`);
  await client.prints('ready');
  const piece = Buffer.alloc(16 * 1024, 'x');
  for (let count = 0; count < 64; count++) client.send(piece);
  await sleep(200);
  const acknowledged = client.ofType('acknowledge').length;
  expect(acknowledged).toBeGreaterThan(0);
  expect(acknowledged).toBeLessThan(64);
});

test('the end of a task ends its sessions', async () => {
  const { open, task, stopTask } = await startTask();
  const client = await open(rawCat);
  await client.prints('ready');
  await stopTask(task);
  expect(await client.closed()).toBe('');
});
