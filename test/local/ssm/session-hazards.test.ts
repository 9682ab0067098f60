import { TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { readAcknowledgement } from '../../../channel/codec/payloads.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { SessionClient } from '../../support/channel/session-client.ts';
import { rawCat, startTask } from '../../support/channel/session-task.ts';
import { eventually } from '../../support/machines/compute.ts';

type Frames = NonNullable<NonNullable<HazardSettings['sessions']>['frames']>;

/** A client that has read "ready" in a session whose frames suffer this. */
async function suffering(frames: Frames) {
  const task = await startTask({ hazards: { sessions: { frames } } });
  const client = await task.open(rawCat);
  await client.prints('ready');
  return { ...task, client };
}

const acknowledged = (client: SessionClient) =>
  client.ofType('acknowledge').map(({ payload }) => readAcknowledgement(payload).sequenceNumber);
const input = { direction: 'to-agent', type: 'input_stream_data' } as const;
const once = { times: 1 } as const;

test('input in the first moments of a worker is acknowledged and lost', async () => {
  const { open } = await startTask({ hazards: { sessions: { pace: { earlyInputLostMs: 300 } } } });
  const client = await open(rawCat);
  await eventually(() => client.ofType('start_publication').length > 0);
  client.send('lost');
  await eventually(() => acknowledged(client).length === 1);
  await client.prints('ready');
  client.send('kept');
  await client.prints('kept');
  expect(client.output.toString()).toBe('readykept');
});

test('input before the terminal is there stays without an acknowledgement and has to come again', async () => {
  const { open } = await startTask({ hazards: { sessions: { pace: { terminalStartMs: 300 } } } });
  const client = await open(rawCat);
  await eventually(() => client.ofType('start_publication').length > 0);
  client.send('early', { number: 0n });
  await client.prints('ready');
  expect(acknowledged(client)).toEqual([]);
  client.send('early', { number: 0n });
  await client.prints('early');
});

test('a slot is free only some time after its session has ended', async () => {
  const { open, sessions, id } = await startTask({ hazards: { sessions: { pace: { slotReleaseMs: 200 } } } });
  expect(await (await open('true')).closed()).toBe('');
  expect(sessions.takenBy(id)).toBe(1);
  await eventually(() => sessions.takenBy(id) === 0);
});

test('a frame that is dropped goes unacknowledged, one that is doubled is acknowledged twice', async () => {
  const { client } = await suffering([
    { ...input, ...once, fate: 'drop' },
    { ...input, ...once, fate: 'duplicate' },
  ]);
  client.send('a', { number: 0n });
  client.send('a', { number: 0n });
  client.send('.', { number: 1n });
  await client.prints('.');
  expect(client.output.toString()).toBe('readya.');
  expect(acknowledged(client)).toEqual([0, 0, 1]);
});

test('frames that are delayed or let others pass arrive in another order', async () => {
  const { client } = await suffering([
    { ...input, ...once, fate: 'reorder' },
    { ...input, ...once, skip: 2, fate: { delayMs: 100 } },
  ]);
  for (const piece of ['a', 'b', 'c', 'd', '.']) client.send(piece);
  await client.prints('.');
  expect(client.output.toString()).toBe('readyabcd.');
  const order = acknowledged(client);
  expect(order.indexOf(1)).toBeLessThan(order.indexOf(0));
  expect(order.at(-1)).toBe(3);
});

test('an acknowledgement that is lost brings the output again', async () => {
  const { client } = await suffering([{ direction: 'to-agent', type: 'acknowledge', ...once, fate: 'drop' }]);
  const numbers = () => client.ofType('output_stream_data').map(({ sequenceNumber }) => sequenceNumber);
  await eventually(() => numbers().length > 1);
  expect(new Set(numbers())).toEqual(new Set([0n]));
});

test('a client is cut off in the middle, and no other session with it', async () => {
  const { client, open } = await suffering([{ ...input, ...once, session: 1, fate: 'cut-client' }]);
  const other = await open(rawCat);
  await other.prints('ready');
  const cut = client.cut();
  client.send('x');
  expect(await cut).toBe(1006);
  other.send('still here');
  await other.prints('still here');
});

test('an agent that is cut off is back by itself; meanwhile its client is asked for silence, and nothing is lost', async () => {
  const { client } = await suffering([{ ...input, ...once, fate: 'cut-agent' }]);
  const resend = () => client.send('.', { number: 0n });
  resend();
  resend();
  await eventually(() => client.ofType('pause_publication').length > 0);
  await eventually(() => client.ofType('start_publication').length > 1);
  resend();
  await client.prints('.');
  expect(client.output.toString()).toBe('ready.');
});

test('a command that is killed ends its session with what it had printed', async () => {
  const { client, sessions, id } = await suffering([{ ...input, ...once, fate: 'kill-command' }]);
  client.send('x');
  expect(await client.closed()).toBe('');
  expect(client.output.toString()).toBe('ready');
  await eventually(() => sessions.takenBy(id) === 0);
});

test('an end from outside may overtake the last output', async () => {
  const { execute, task, ssm } = await startTask({ hazards: { sessions: { endOvertakesOutput: true } } });
  const session = await execute(task, `sh -c 'stty raw -echo; exec yes'`);
  const client = new SessionClient(session);
  await client.prints('y\ny\n');
  await ssm.send(new TerminateSessionCommand({ SessionId: session.sessionId }));
  await client.cut();
  const types = client.messages.map(({ messageType }) => messageType);
  expect(types.lastIndexOf('output_stream_data')).toBeGreaterThan(types.indexOf('channel_closed'));
});
