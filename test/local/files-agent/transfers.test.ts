import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { type AgentMachine, startAgent } from '../../support/agent/agent-machine.ts';
import { fileCalls } from '../../support/agent/file-calls.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const host = 'storage.test';
const hosts = [host];

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Storage behind the agent's link, with one answer after the other; the last one stays. */
function storageAt(machine: AgentMachine, answers: readonly Answer[]): string[] {
  const seen: string[] = [];
  const left = [...answers];
  machine.plane.fault = async (request, response) => {
    if (request.headers.host !== host) return void response.writeHead(500).end();
    seen.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = left.length > 1 ? left.shift() : left[0];
    answer?.(request, response, Buffer.concat(chunks));
  };
  return seen;
}

async function start() {
  const machine = await startAgent({ files: true, clock: createClock(10, Date.now()) });
  await machine.ready();
  return { machine, files: fileCalls(machine.http), [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() };
}

const give =
  (bytes: Buffer): Answer =>
  ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { etag: '"e"' }).end(bytes.subarray(from));
  };
const say =
  (status: number, text = ''): Answer =>
  (_request, response) =>
    void response.writeHead(status).end(text);

test('a file goes out in the parts that were signed, each to its URL, and comes back the same', async () => {
  await using here = await start();
  const bytes = randomBytes(3_000_000);
  await here.files.write('large', bytes);
  const stored = new Map<string, Buffer>();
  const keep: Answer = ({ url = '' }, response, body) => {
    stored.set(url, body);
    response.writeHead(200, { etag: `"${sha256(body).slice(0, 8)}"` }).end();
  };
  const seen = storageAt(here.machine, [say(503), keep]);
  const parts = [0, 1, 2].map((n) => ({
    number: n + 1,
    offset: n * 1_000_000,
    size: 1_000_000,
    url: `http://${host}/large?part=${n + 1}`,
    headers: { 'x-amz-checksum-sha256': 'signed' },
  }));
  const events = await here.files.events('POST', '/files/send', { path: 'large', hosts, size: bytes.length, parts });
  expect(events.at(-1)).toEqual({ event: 'sent', size: bytes.length });
  expect(events.filter(({ event }) => event === 'part')).toHaveLength(3);
  // One answer was 503: that part was sent again.
  expect(seen).toHaveLength(4);
  expect(Buffer.concat([1, 2, 3].map((n) => stored.get(`/large?part=${n}`) ?? Buffer.alloc(0))).equals(bytes)).toBe(
    true,
  );

  storageAt(here.machine, [give(bytes)]);
  const order = { path: 'back/large', hosts, url: `http://${host}/large`, size: bytes.length, sha256: sha256(bytes) };
  const back = await here.files.events('POST', '/files/receive', order);
  expect(back.at(-1)).toMatchObject({ event: 'received', sha256: sha256(bytes), created: true });
  expect((await here.files.read('back/large')).equals(bytes)).toBe(true);
});

test('what breaks off on the way in goes on from where it was', async () => {
  await using here = await start();
  const bytes = randomBytes(500_000);
  const breakOff: Answer = (_request, response) => {
    response.writeHead(200, { etag: '"e"', 'content-length': bytes.length }).write(bytes.subarray(0, 200_000), () => {
      response.destroy();
    });
  };
  const seen = storageAt(here.machine, [breakOff, say(503), give(bytes)]);
  const order = { path: 'file', hosts, url: `http://${host}/f`, size: bytes.length, sha256: sha256(bytes) };
  expect((await here.files.events('POST', '/files/receive', order)).at(-1)).toMatchObject({ event: 'received' });
  expect(seen[0]).toBe('GET /f');
  expect(seen.at(-1)).toMatch(/^GET \/f bytes=\d+-$/);
  expect((await here.files.read('file')).equals(bytes)).toBe(true);
});

test.for([
  ['refuses', say(403, '<Code>AccessDenied</Code>'), 'transfer_failed'],
  ['is down', say(500), 'transfer_failed'],
  ['has other bytes', give(Buffer.from('wrong')), 'transfer_failed'],
  ['has more bytes', give(Buffer.alloc(100)), 'transfer_failed'],
] as const)('when storage %s, nothing arrives and what was there stays', async ([, answer, code]) => {
  await using here = await start();
  await here.files.write('kept', 'as it was');
  storageAt(here.machine, [answer]);
  const order = { path: 'kept', hosts, url: `http://${host}/f`, size: 5, sha256: sha256(Buffer.from('right')) };
  const [refusal] = (await here.files.events('POST', '/files/receive', order)) as unknown as [{ error: object }];
  expect(refusal.error).toMatchObject({ code });
  expect((await here.files.read('kept')).toString()).toBe('as it was');
  expect((await here.files.list('.')).entries).toHaveLength(1);
});

test('a file that is not what was signed is not sent', async () => {
  await using here = await start();
  await here.files.write('file', 'changed since');
  const seen = storageAt(here.machine, [say(400, '<Error><Code>BadDigest</Code></Error>')]);
  const part = { number: 1, offset: 0, url: `http://${host}/f` };
  const send = (size: number) =>
    here.files.events('POST', '/files/send', { path: 'file', hosts, size, parts: [{ ...part, size }] });
  expect((await send(5))[0]).toMatchObject({ error: { code: 'file_changed' } });
  expect((await send(13))[0]).toMatchObject({ error: { code: 'file_changed' } });
  expect(seen.length).toBeLessThanOrEqual(2);
});

test.for([
  ['a host that the order does not name', 'http://other.test/f', [host]],
  ['the address of the agent’s own credentials', 'http://169.254.170.2/v2/credentials', ['169.254.170.2']],
  ['the agent’s own machine', 'http://localhost/f', ['localhost']],
] as const)('M2: a transfer never goes to %s', async ([, url, named]) => {
  await using here = await start();
  const seen = storageAt(here.machine, [say(200)]);
  const before = here.machine.plane.requests.length;
  const order = { path: 'f', hosts: named, url, size: 1 };
  const [refusal] = (await here.files.events('POST', '/files/receive', order)) as unknown as [{ error: object }];
  expect(refusal.error).toMatchObject({ code: 'invalid_request', details: { field: 'url' } });
  expect(seen).toEqual([]);
  expect(
    here.machine.plane.requests.slice(before).filter((line) => line.startsWith(`${new URL(url).host} /f`)),
  ).toEqual([]);
});
