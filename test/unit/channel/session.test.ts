import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { hello } from '../../../channel/codec/hello.ts';
import { payloadTypes, readSize } from '../../../channel/codec/payloads.ts';
import { escapeBurst } from '../../../channel/codec/terminal-escape.ts';
import { openSession, type SessionOptions } from '../../../channel/near/session.ts';
import { createClock } from '../../../contract/clock.ts';
import { MessageService, type MessageServiceOptions } from '../../support/channel/message-service.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { readAll } from '../../support/read-all.ts';

const clock = createClock();

/** A service whose attach is joined to `far`, and a session on it. */
async function start(service: Partial<MessageServiceOptions> = {}, session: Partial<SessionOptions> = {}) {
  const [far, socket] = duplexPair();
  far.on('error', () => {});
  const served = await MessageService.start({ clock, connect: () => socket, ...service });
  const opened = openSession({ streamUrl: served.streamUrl, tokenValue: 'token', clock, ...session });
  return { far, service: served, session: opened };
}

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'fulfilled',
    (error) => error.code,
  );

/** Ends the far side when the near one has ended, as the agent does. */
function oblige(far: Duplex): void {
  far.on('end', () => far.end());
  far.resume();
}

/** The service ends only when its side of every socket is closed. */
async function allClosed(service: MessageService): Promise<void> {
  while (service.connections > 0) await new Promise(setImmediate);
}

test('opens the channel as the real client does, and sends a size before anything else', async () => {
  const { far, service, session } = await start({}, { clientId: '00112233-4455-6677-8899-aabbccddee01' });
  await using _service = service;
  await using _session = session;
  oblige(far);
  await session.ready;
  expect(service.opened).toEqual([
    {
      MessageSchemaVersion: '1.0',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      TokenValue: 'token',
      ClientId: '00112233-4455-6677-8899-aabbccddee01',
      ClientVersion: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
    },
  ]);
  const [first] = service.received;
  expect(first).toMatchObject({ sequenceNumber: 0n, flags: 0, payloadType: payloadTypes.size });
  expect(first && readSize(first.payload)).toEqual({ cols: 80, rows: 24 });
});

test('bytes cross both ways, and what was written before the session was ready is not lost', async () => {
  const { far, service, session } = await start({ noise: 'Welcome to 🐧 this machine\r\n' });
  await using _service = service;
  session.stream.write('early ');
  await session.ready;
  session.stream.end('and late');
  expect(String(await readAll(far))).toBe('early and late');
  far.end('answer');
  expect(String(await readAll(session.stream))).toBe('answer');
  expect(await session.closed).toEqual({ reason: 'closed', output: '' });
  expect(service.attachEnds).toEqual(['ended']);
  await allClosed(service);
});

test('the first input is a size and the hello comes before any other', async () => {
  const { far, service, session } = await start();
  await using _service = service;
  await using _session = session;
  oblige(far);
  session.stream.write('x');
  await once(far, 'data');
  const types = service.received.map(({ payloadType }) => payloadType);
  expect(types.indexOf(payloadTypes.output)).toBeGreaterThan(types.lastIndexOf(payloadTypes.size));
});

test('a far side that ends first ends the session', async () => {
  const { far, service, session } = await start();
  await using _service = service;
  await session.ready;
  far.end('last words');
  expect((await readAll(session.stream)).toString()).toBe('last words');
  expect(await session.closed).toEqual({ reason: 'ended', output: '' });
  await allClosed(service);
});

test('closing ends the far side at once and leaves no socket', async () => {
  const { far, service, session } = await start();
  await using _service = service;
  oblige(far);
  await session.ready;
  expect(await session.close()).toEqual({ reason: 'closed', output: '' });
  expect(await session.close()).toEqual({ reason: 'closed', output: '' });
  await allClosed(service);
});

test('destroying the stream tells the far side, so that its slot is free', async () => {
  const { far, service, session } = await start();
  await using _service = service;
  await session.ready;
  const farClosed = once(far, 'close');
  session.stream.destroy();
  expect(await session.closed).toMatchObject({ reason: 'closed' });
  far.resume();
  far.end();
  await farClosed;
  while (service.attachEnds.length === 0) await new Promise(setImmediate);
  expect(service.attachEnds).toEqual(['peer_quit']);
});

test('an aborted signal closes the session, before and after it is ready', async () => {
  for (const waits of [false, true]) {
    const abort = new AbortController();
    const { service, session } = await start({}, { signal: abort.signal });
    await using _service = service;
    if (waits) await session.ready;
    abort.abort(new Error('no longer wanted'));
    expect(await session.closed).toMatchObject({ reason: waits ? 'closed' : 'left' });
    if (!waits) expect(await codeOf(session.ready)).toBe('session_closed');
    await allClosed(service);
  }
});

test('fails with connection_lost when the service goes away without a word', async () => {
  const { service, session } = await start();
  await using _service = service;
  await session.ready;
  const failure = once(session.stream, 'error').catch((error) => [error]);
  service.cut();
  expect(await session.closed).toMatchObject({ reason: 'failed', error: { code: 'connection_lost' } });
  expect((await failure)[0]).toMatchObject({ code: 'connection_lost' });
});

test('fails with open_failed when nobody listens or the URL is none', async () => {
  const { service, session } = await start();
  const { streamUrl } = service;
  await session.close();
  await service[Symbol.asyncDispose]();
  const late = openSession({ streamUrl, tokenValue: 'token', clock });
  expect(await codeOf(late.ready)).toBe('open_failed');
  expect(await late.closed).toMatchObject({ reason: 'failed' });
  expect(() => openSession({ streamUrl: 'no url', tokenValue: 'token', clock })).toThrow(/can't be dialled/);
});

test('fails with what the service said when the session ends before attach spoke', async () => {
  const { service, session } = await start({ mute: true });
  await using _service = service;
  while (service.opened.length === 0) await new Promise(setImmediate);
  service.closeChannel('----------ERROR-------\nUnable to start command');
  await expect(session.ready).rejects.toMatchObject({
    code: 'session_ended',
    message: expect.stringContaining('Unable to start command'),
  });
  expect(await session.closed).toMatchObject({
    reason: 'failed',
    output: /Unable/.exec('Unable') && expect.any(String),
  });
});

test('fails with open_timeout when attach never speaks, and leaves no timer', async () => {
  const own = new ManualClock();
  const { service, session } = await start({ mute: true }, { clock: own });
  await using _service = service;
  while (service.received.length === 0) await new Promise(setImmediate);
  own.pass(30_000);
  expect(await codeOf(session.ready)).toBe('open_timeout');
  expect(own.pending).toBe(0);
  await allClosed(service);
});

test('fails with no_hello when something else speaks', async () => {
  const { service, session } = await start({ mute: true, noise: 'y\n'.repeat(4_000) });
  await using _service = service;
  expect(await codeOf(session.ready)).toBe('no_hello');
});

test('fails with handshake_requested when the cluster wants encryption', async () => {
  const { service, session } = await start({ mute: true });
  await using _service = service;
  while (service.opened.length === 0) await new Promise(setImmediate);
  service.say('output_stream_data', Buffer.from('{}'), payloadTypes.handshakeRequest);
  expect(await codeOf(session.ready)).toBe('handshake_requested');
});

test('short, broken, unknown and meaningless frames change nothing', async () => {
  const { far, service, session } = await start();
  await using _service = service;
  await using _session = session;
  oblige(far);
  await session.ready;
  for (const frame of ['text', Buffer.alloc(0), Buffer.alloc(119), Buffer.alloc(120), Buffer.alloc(500, 255)])
    service.inject(frame);
  service.say('something_new');
  service.say('acknowledge');
  service.say('channel_closed', Buffer.from('not json'));
  service.say('output_stream_data', Buffer.from('?'), payloadTypes.output, -1n);
  service.say('output_stream_data', Buffer.from('?'), payloadTypes.output, 2n ** 62n);
  service.say('pause_publication');
  service.say('start_publication');
  far.write('still here');
  expect(String((await once(session.stream, 'data'))[0])).toBe('still here');
});

test('every frame is acknowledged, a repeated one again', async () => {
  const acknowledged: string[] = [];
  const { far, service, session } = await start({
    toAgent: (frame, deliver) => {
      if (frame.includes('"AcknowledgedMessageSequenceNumber":0,')) acknowledged.push('0');
      deliver(frame);
    },
    toClient: (frame, deliver) => {
      deliver(frame);
      deliver(frame);
    },
  });
  await using _service = service;
  await using _session = session;
  oblige(far);
  await session.ready;
  far.write('x');
  await once(session.stream, 'data');
  expect(acknowledged.length).toBeGreaterThanOrEqual(2);
});

test('fails with overflow when more comes than this end can keep unread', async () => {
  const { service, session } = await start({ mute: true });
  await using _service = service;
  while (service.received.length === 0) await new Promise(setImmediate);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 0, [constants.BROTLI_PARAM_LGWIN]: 18 };
  const flood = Buffer.concat([hello, escapeBurst(brotliCompressSync(randomBytes(14 * 1024 * 1024), { params }))]);
  for (let at = 0, number = 0n; at < flood.length; at += 100_000, number++)
    service.say('output_stream_data', flood.subarray(at, at + 100_000), payloadTypes.output, number);
  expect(await session.closed).toMatchObject({ reason: 'failed', error: { code: 'overflow' } });
});

test('attach gives a silent near side up', async () => {
  const [, socket]: Duplex[] = duplexPair();
  const { service, session } = await start({ connect: () => socket as Duplex, silenceMs: 50 });
  await using _service = service;
  await session.ready;
  expect(await session.closed).toMatchObject({ reason: 'ended' });
  expect(service.attachEnds).toEqual(['silent']);
});

test('a session whose attach has no socket to join ends', async () => {
  const { service, session } = await start({ connect: () => Promise.reject(new Error('ENOENT')) });
  await using _service = service;
  await session.ready;
  await session.closed;
  expect(service.attachEnds).toEqual(['open_failed']);
});
