import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openInsideDoor } from '../../../containers/agent/inside/inside-door.ts';
import { systemClock } from '../../../contract/clock.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;

/** A door before nothing at all, and everything that came through it. */
async function open({ requestMs = 10_000, clock = systemClock } = {}) {
  const through: unknown[] = [];
  const logs: string[] = [];
  const door = await openInsideDoor({
    sandboxId,
    userId: 'ada',
    home: '/home/agent',
    coldPath: '/data/cold',
    life: { state: 'ready', expiresMs: 0 },
    work: {
      say: async (word) => {
        through.push(word);
        return 'counts';
      },
    },
    onUse: () => through.push('use'),
    clock,
    log: { info: () => {}, error: (event) => logs.push(event) },
    requestMs,
  });
  onTestFinished(() => door[Symbol.asyncDispose]());
  const { host, port } = new URL(door.url);
  /** Everything that comes back for these bytes, until the other side hangs up. */
  const send = async (text: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(text);
    return answerOf(socket);
  };
  const request = (method: string, path: string, headers: readonly string[] = [`host: ${host}`], body = '') =>
    send(`${method} ${path} HTTP/1.1\r\n${[...headers, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`);
  return { through, logs, host, port: Number(port), send, request };
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const statuses = (answer: string) => [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
const own = `/sandboxes/${sandboxId}`;

test.each([
  ['GET', '/'],
  ['GET', '/health'],
  ['GET', `${own}/heartbeat`],
  ['POST', own],
  ['DELETE', own],
  ['PATCH', own],
  ['POST', `${own}/exec`],
  ['POST', `${own}/commands`],
  ['POST', `${own}/credentials`],
  ['POST', `${own}/outcomes`],
  ['POST', `${own}/heartbeat/`],
  ['POST', `${own}/heartbeat?x=1`],
  ['POST', `${own}/../../hello`],
  ['POST', `/agent/v1${own}/heartbeat`],
  ['POST', `/sandboxes/sbx_${'1'.repeat(26)}/complete`],
  ['POST', `${own}%2fcomplete`],
  ['POST', '//sandboxes/x/complete'],
  ['GET', 'http://169.254.170.2/v2/credentials/x'],
  ['POST', `http://api.matrx.internal/agent/v1${own}/credentials`],
  ['OPTIONS', '*'],
  ['POST', '/home/save'],
])('the door offers no %s %s', async (method, path) => {
  const { request, through } = await open();
  expect(statuses(await request(method, path))).toEqual([404]);
  expect(through).toEqual([]);
});

test('it is no proxy', async () => {
  const { send, host, through } = await open();
  expect(await send(`CONNECT 169.254.170.2:80 HTTP/1.1\r\nhost: ${host}\r\n\r\n`)).toBe('');
  const upgrade = `GET ${own} HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`;
  expect(statuses(await send(upgrade))).toEqual([200]);
  expect(through).toEqual([]);
});

test.each([
  ['another host', (host: string) => [`host: evil.test:${host.split(':')[1]}`]],
  ['another port', () => ['host: 127.0.0.1:1']],
  ['a page of its own host', (host: string) => [`host: ${host}`, `origin: http://${host}`]],
  ['a page of another', (host: string) => [`host: ${host}`, 'sec-fetch-site: cross-site']],
])('whoever comes by %s is refused', async (_who, headers) => {
  const { request, host, through } = await open();
  expect(statuses(await request('POST', `${own}/complete`, headers(host)))).toEqual([403]);
  expect(through).toEqual([]);
});

test('a request without a host, or with two, is none', async () => {
  const { request, host, through } = await open();
  expect(statuses(await request('POST', `${own}/complete`, ['accept: */*']))).toEqual([400]);
  const doubled = await request('POST', `${own}/complete`, [`host: ${host}`, 'host: evil.test']);
  expect([[400], [403], [200]]).toContainEqual(statuses(doubled));
  expect(through.length).toBeLessThan(2);
});

test('what follows a request over the same connection is not looked at', async () => {
  const { send, host, through } = await open();
  const one = `POST ${own}/heartbeat HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\n\r\n`;
  const got = statuses(await send(one.repeat(20)));
  expect(got[0]).toBe(200);
  expect(got.slice(1).every((status) => status === 503)).toBe(true);
  expect(through).toEqual(['use']);
});

test('a body that says two lengths is refused', async () => {
  const { send, host, through } = await open();
  const head = `POST ${own}/complete HTTP/1.1\r\nhost: ${host}\r\n`;
  const smuggled = 'transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n';
  expect(statuses(await send(head + smuggled))).toEqual([400]);
  expect(statuses(await send(`${head}content-length: 2\r\ncontent-length: 4\r\n\r\n{}{}`))).toEqual([400]);
  expect(through).toEqual([]);
});

test('headers beyond 8 KB are refused', async () => {
  const { request, host, through } = await open();
  const answer = await request('POST', `${own}/heartbeat`, [`host: ${host}`, `x: ${'y'.repeat(20_000)}`]);
  expect([[431], []]).toContainEqual(statuses(answer));
  expect(through).toEqual([]);
});

test('who sends a byte now and then is let go, whether in head or in body', async () => {
  const { port, host, through } = await open({ requestMs: 400 });
  const drip = async (text: string) => {
    const socket = connect(port, '127.0.0.1');
    const timer = setInterval(() => socket.write('x'), 50);
    socket.write(text);
    const answer = await answerOf(socket);
    clearInterval(timer);
    return answer;
  };
  const head = `POST ${own}/complete HTTP/1.1\r\nhost: ${host}\r\n`;
  const answers = await Promise.all([drip(head), drip(`${head}content-length: 60000\r\n\r\n`), drip('')]);
  for (const answer of answers) expect(answer).not.toContain(' 200 ');
  expect(through).toEqual([]);
});

test('there is room for a few connections only, and it comes back', async () => {
  const { port, host, request } = await open({ requestMs: 400 });
  const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  for (const socket of sockets) socket.resume().write(`POST ${own}/heartbeat HTTP/1.1\r\nhost: ${host}\r\n`);
  await closed;
  expect(statuses(await request('POST', `${own}/heartbeat`))).toEqual([200]);
});

test('calls beyond forty at once are told to come later, and later is a tenth of a second each', async () => {
  const clock = new ManualClock();
  const { request, through } = await open({ clock });
  for (let call = 0; call < 40; call++) await request('POST', `${own}/heartbeat`);
  const refused = await request('POST', `${own}/heartbeat`);
  expect(statuses(refused)).toEqual([429]);
  expect(refused.toLowerCase()).toContain('retry-after: 1');
  expect(through).toHaveLength(40);
  clock.pass(100);
  expect(statuses(await request('POST', `${own}/heartbeat`))).toEqual([200]);
  expect(statuses(await request('POST', `${own}/heartbeat`))).toEqual([429]);
});

test('what goes through is what was parsed, and nothing of the request', async () => {
  const { request, host, through, logs } = await open();
  const body = JSON.stringify({
    error: 'it broke',
    details: { a: 1 },
    sandbox_id: 'sbx_other',
    stop_reason: 'expired',
    __proto__: { b: 2 },
  });
  const headers = [`host: ${host}`, 'authorization: Bearer x', 'x-forwarded-for: 1.2.3.4', 'content-type: text/plain'];
  expect(statuses(await request('POST', `${own}/error`, headers, body))).toEqual([200]);
  expect(through).toEqual([{ kind: 'error', body: { error: 'it broke', result: { a: 1 } } }]);
  expect(logs).toEqual([]);
});

test('what is no HTTP breaks nothing', async () => {
  const { send, request } = await open({ requestMs: 400 });
  for (const text of [
    '\r\n\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x00\xff',
    'GET / HTTP/9.9\r\n\r\n',
  ])
    expect(await send(`${text}\r\n\r\n`)).not.toContain(' 200 ');
  expect(statuses(await request('GET', own))).toEqual([200]);
});
