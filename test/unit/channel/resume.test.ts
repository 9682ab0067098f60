import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { openSession, type SessionOptions } from '../../../channel/near/session.ts';
import { createClock } from '../../../contract/clock.ts';
import { badWire, MessageService, type MessageServiceOptions } from '../../support/channel/message-service.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const clock = createClock();

/** A session whose far side sends back what it gets, and which finds its way back. */
async function start(options: Partial<SessionOptions> = {}, wire: Partial<MessageServiceOptions> = {}) {
  const [far, socket] = duplexPair();
  far.on('error', () => undefined);
  far.pipe(far);
  const service = await MessageService.start({ clock, connect: () => socket, ...wire });
  onTestFinished(() => service[Symbol.asyncDispose]());
  let resumed = 0;
  const session = openSession({
    streamUrl: service.streamUrl,
    tokenValue: 'token 1',
    clock,
    resume: () => {
      resumed++;
      return service.resume();
    },
    ...options,
  });
  onTestFinished(async () => void (await session.close()));
  await session.ready;
  return { service, session, resumed: () => resumed };
}

/** Resolves with as many bytes of the stream. */
async function take(stream: NodeJS.ReadableStream, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (; length < bytes; length += chunks.at(-1)?.length ?? 0) chunks.push((await once(stream, 'data'))[0]);
  return Buffer.concat(chunks);
}

test('what is sent crosses a session that is cut again and again, whole and once', async () => {
  const { service, session, resumed } = await start({}, { toAgent: badWire(5), toClient: badWire(6) });
  const body = randomBytes(300_000);
  session.stream.write(body);
  let seen = 0;
  let cuts = 0;
  session.stream.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen < 45_000 * (cuts + 1) || cuts === 5) return;
    cuts++;
    service.cut();
  });
  expect((await take(session.stream, body.length)).equals(body)).toBe(true);
  expect(resumed()).toBeGreaterThanOrEqual(2);
});

test('every socket opens the same address with a token of its own, and the same client', async () => {
  const { service, session } = await start();
  service.cut();
  session.stream.write('x');
  await take(session.stream, 1);
  expect(service.opened.map(({ TokenValue }) => TokenValue)).toEqual(['token 1', 'token 2']);
  expect(new Set(service.opened.map(({ ClientId }) => ClientId)).size).toBe(1);
  expect(service.received.filter(({ payloadType }) => payloadType === 3)).toHaveLength(1);
});

test('fails with session_ended when the session is over by the time it would go on', async () => {
  const { service, session } = await start({ resume: async () => undefined });
  service.cut();
  expect(await session.closed).toMatchObject({ reason: 'failed', error: { code: 'session_ended' } });
});

test('fails with connection_lost after six attempts in vain, each with its cause', async () => {
  const own = new ManualClock();
  let attempts = 0;
  const { service, session } = await start({
    clock: own,
    resume: async () => {
      attempts++;
      throw new Error('throttled');
    },
  });
  service.cut();
  let isOver = false;
  void session.closed.then(() => {
    isOver = true;
  });
  while (!isOver) {
    own.pass(100);
    await new Promise(setImmediate);
  }
  expect(await session.closed).toMatchObject({
    error: { code: 'connection_lost', cause: { message: 'throttled' } },
  });
  expect([attempts, own.pending]).toEqual([6, 0]);
});

test('a service that takes sockets and closes them at once is not asked for ever', async () => {
  const { service, session, resumed } = await start({ clock: createClock(20) });
  service.refuse = true;
  service.cut();
  expect(await session.closed).toMatchObject({ reason: 'failed', error: { code: 'connection_lost' } });
  expect(resumed()).toBe(6);
});

test('a socket that is dead without knowing it is replaced once something is wanted of it', async () => {
  const { service, session, resumed } = await start();
  service.goDeaf();
  session.stream.write('still there?');
  expect(String(await take(session.stream, 12))).toBe('still there?');
  expect(resumed()).toBe(1);
});

test('a session that is closed while it looks for its way back ends at once and leaves no timer', async () => {
  const own = new ManualClock();
  const asked = Promise.withResolvers<void>();
  const { service, session } = await start({
    clock: own,
    resume: (signal) => {
      asked.resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  service.cut();
  await asked.promise;
  session.stream.destroy();
  await new Promise(setImmediate);
  own.pass(2_000);
  expect(await session.closed).toMatchObject({ reason: 'left' });
  expect(own.pending).toBe(0);
});
