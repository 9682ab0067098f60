import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { connectHttp } from '../../../channel/near/http.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { openSession, type Session } from '../../../channel/near/session.ts';
import { createClock } from '../../../contract/clock.ts';
import { badWire, MessageService, type MessageServiceOptions } from '../../support/channel/message-service.ts';
import { EchoAgent } from '../../support/fakes/echo-agent.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { readAll } from '../../support/read-all.ts';

const clock = createClock();
const identity = { key: Buffer.alloc(32, 7), context: 'sbx_1/1' };

interface Channel extends AsyncDisposable {
  readonly http: ClientHttp2Session;
  readonly session: Session;
  readonly service: MessageService;
}

async function openChannel(options: Partial<MessageServiceOptions> = {}): Promise<Channel> {
  const agent = new EchoAgent(identity, clock);
  const service = await MessageService.start({ clock, connect: () => agent.connect(), ...options });
  const session = openSession({ streamUrl: service.streamUrl, tokenValue: 'token', clock });
  await session.ready;
  await proveNear(session.stream, identity, clock, 5_000);
  const http = connectHttp(session.stream, { clock });
  return {
    http,
    session,
    service,
    async [Symbol.asyncDispose]() {
      http.destroy();
      agent[Symbol.dispose]();
      await session.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

const post = (http: ClientHttp2Session, body: Buffer): Promise<Buffer> => {
  const request = http.request({ ':method': 'POST', ':path': '/echo' });
  request.end(body);
  return readAll(request);
};

const get = (http: ClientHttp2Session, bytes: number): ClientHttp2Stream =>
  http.request({ ':path': `/bytes/${bytes}` });

test('3 MB of random bytes go there and come back over a wire that loses, repeats and reorders', async () => {
  await using channel = await openChannel({ toAgent: badWire(1), toClient: badWire(2), readBytes: 4096 });
  const body = randomBytes(3_000_000);
  expect((await post(channel.http, body)).equals(body)).toBe(true);
});

test('64 requests at once each get their own answer, over the same bad wire', async () => {
  await using channel = await openChannel({ toAgent: badWire(3), toClient: badWire(4) });
  const bodies = Array.from({ length: 64 }, () => randomBytes(2_000));
  const answers = await Promise.all(bodies.map((body) => post(channel.http, body)));
  expect(answers.map((answer, index) => answer.equals(bodies[index] ?? answer.subarray(1)))).toEqual(
    bodies.map(() => true),
  );
});

test('streams that nobody reads do not keep others waiting', async () => {
  await using channel = await openChannel();
  const unread = Array.from({ length: 64 }, () => get(channel.http, 1_000_000));
  await Promise.all(unread.map((stream) => once(stream, 'response')));
  expect((await post(channel.http, Buffer.alloc(300_000, 'x'))).length).toBe(300_000);
  for (const stream of unread) stream.destroy();
});

test('a cancelled request leaves the channel to the others', async () => {
  await using channel = await openChannel();
  const cancelled = get(channel.http, 10_000_000);
  cancelled.on('error', () => {});
  await once(cancelled, 'data');
  cancelled.close();
  expect((await post(channel.http, Buffer.from('next'))).toString()).toBe('next');
});

test('the agent may serve a Unix socket, and loses nothing that came right behind the proof', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'channel-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  using agent = new EchoAgent(identity, clock);
  const path = join(folder, 'channel.sock');
  await using server = createServer((socket) => agent.serve(socket)).listen(path);
  await once(server, 'listening');
  await using channel = await openChannel({ connect: () => createConnection(path) });
  const body = randomBytes(300_000);
  expect((await post(channel.http, body)).equals(body)).toBe(true);
  channel.http.close();
  await channel.session.closed;
  while (channel.service.attachEnds.length === 0) await new Promise(setImmediate);
  expect(channel.service.attachEnds).toEqual(['ended']);
});

test('closing the client ends attach, the session and every socket', async () => {
  await using channel = await openChannel();
  await post(channel.http, Buffer.from('used'));
  channel.http.close();
  expect(await channel.session.closed).toMatchObject({ reason: 'closed' });
  while (channel.service.attachEnds.length === 0 || channel.service.connections > 0) await new Promise(setImmediate);
  expect(channel.service.attachEnds).toEqual(['ended']);
});

test('a lost connection fails every open request', async () => {
  await using channel = await openChannel();
  const request = get(channel.http, 10_000_000);
  const failed = once(request, 'error');
  await once(request, 'response');
  channel.service.cut();
  expect((await failed)[0]).toMatchObject({ code: 'connection_lost' });
  expect(await channel.session.closed).toMatchObject({ error: { code: 'connection_lost' } });
});

test('a held channel carries something every 15 seconds, and is given up when that is not answered', async () => {
  const own = new ManualClock();
  const agent = new EchoAgent(identity, clock);
  const [near, far] = duplexPair();
  const theirs = agent.connect();
  far.pipe(theirs).pipe(far);
  await proveNear(near, identity, clock, 5_000);
  const http = connectHttp(near, { clock: own });
  await once(http, 'remoteSettings');
  for (let ping = 0; ping < 5; ping++) {
    const heard = once(far, 'data');
    own.pass(15_000);
    await heard;
    // One ping is answered before the next.
    await new Promise<void>((done) => void http.ping(() => done()));
  }
  const failed = once(http, 'error');
  far.unpipe(theirs);
  own.pass(30_000);
  expect((await failed)[0]).toMatchObject({ code: 'silent' });
  expect([near.destroyed, own.pending]).toEqual([true, 0]);
  agent[Symbol.dispose]();
});

test('a process that stood still asks again before it gives a channel up', async () => {
  const own = new ManualClock();
  const agent = new EchoAgent(identity, clock);
  const near = agent.connect();
  await proveNear(near, identity, clock, 5_000);
  const http = connectHttp(near, { clock: own });
  await once(http, 'remoteSettings');
  own.pass(15_000);
  // The next beat comes ten minutes late, before the answer that has long been there is read.
  own.skip(600_000);
  expect(http.destroyed).toBe(false);
  await new Promise<void>((done) => void http.ping(() => done()));
  own.pass(15_000);
  expect(http.destroyed).toBe(false);
  http.destroy();
  agent[Symbol.dispose]();
});

test('a client destroyed on a stuck stream lets go of the stream with the next ping', async () => {
  const own = new ManualClock();
  const [near] = duplexPair();
  const http = connectHttp(near, { clock: own });
  await once(http, 'connect');
  http.destroy();
  own.pass(15_000);
  expect([near.destroyed, own.pending]).toEqual([true, 0]);
});
