import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, call, createReady, exec, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

// As long as a busy machine takes; a free one needs none of it.
const patient = { timeout: 20_000 };

let stack: Stack;
let owner: Caller;
let id: string;

beforeAll(async () => {
  stack = await startStack();
  owner = { fetch: await stack.asPerson('ann'), door: '/v1' };
  id = (await createReady(owner)).sandbox_id;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const at = (path: string, rest = '') => `/v1/sandboxes/${id}/files${rest}?path=${encodeURIComponent(path)}`;
const bytesType = { 'content-type': 'application/octet-stream' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const write = (path: string, body: Uint8Array, headers = {}) =>
  owner.fetch(at(path), { method: 'PUT', headers: { ...bytesType, ...headers }, body });
const read = (path: string, headers = {}) => owner.fetch(at(path), { headers });
const ask = (method: string, path: string, rest: string, body?: object) =>
  call(owner, method, `/sandboxes/${id}/files${rest}${path && `?path=${encodeURIComponent(path)}`}`, body);
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('a file of the largest size is written, and is what was sent when that is answered', async () => {
  const bytes = randomBytes(4 * 1024 * 1024);
  const answer = await write('deep/er/large.bin', bytes);
  expect(await answer.json()).toMatchObject({
    created: true,
    sha256: sha256(bytes),
    entry: { path: '/home/agent/deep/er/large.bin', size: bytes.length, mode: '644', owner: 1000 },
  });
  const response = await read('deep/er/large.bin');
  expect(response.headers.get('matrx-body-sha256')).toBe(sha256(bytes));
  expect((await bytesOf(response)).equals(bytes)).toBe(true);
}, 60_000);

test('OSB#1016 CF#104 trycua/cua#3309: no size between nothing and 4 MB is lost, and none hangs', async () => {
  for (const size of [0, 1, 18_432, 120_000, 524_289]) {
    const bytes = randomBytes(size);
    const answer = await write(`size-${size}`, bytes);
    expect(await answer.json()).toMatchObject({ sha256: sha256(bytes) });
    const { stdout } = await exec(owner, id, { command: `sha256sum < size-${size}` });
    expect(stdout).toContain(sha256(bytes));
    expect((await bytesOf(await read(`size-${size}`))).equals(bytes)).toBe(true);
  }
});

test('E2B PR #1433: reading and writing are bytes, and what is no bytes is refused before it is spoilt', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  expect((await write('all', all)).status).toBe(200);
  expect((await bytesOf(await read('all'))).equals(all)).toBe(true);
  const asText = await owner.fetch(at('text'), { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'x' });
  expect(await asText.json()).toMatchObject({ error: { code: 'invalid_request', details: { field: 'content-type' } } });
});

test('a range is a part, and one the file has nothing of is 416 with its size', async () => {
  await write('digits', Buffer.from('0123456789'));
  const part = async (range: string) => {
    const answer = await read('digits', { range });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  };
  expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
  expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
  expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
  expect(await part('bytes=5-999')).toEqual([206, 'bytes 5-9/10', '56789']);
  const refused = await read('digits', { range: 'bytes=10-' });
  expect(refused.status).toBe(416);
  expect(await refused.json()).toMatchObject({ error: { code: 'range_not_satisfiable', details: { size: 10 } } });
  expect((await read('digits', { range: 'bytes=4-2' })).status).toBe(400);
  expect((await read('digits', { range: 'bytes=0-1,3-4' })).status).toBe(400);
});

test('what is too large is 413 with the route that takes it, and a part of it can be read', async () => {
  await exec(owner, id, { command: 'head -c 5000000 /dev/zero > big' });
  const refused = await read('big');
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({
    error: { code: 'too_large', details: { route: `POST /sandboxes/${id}/files/download` } },
  });
  expect((await bytesOf(await read('big', { range: 'bytes=4900000-' }))).length).toBe(100_000);
  const written = await write('big', Buffer.alloc(4 * 1024 * 1024 + 1));
  expect(written.status).toBe(413);
});

test('with If-None-Match nothing is overwritten', async () => {
  const once = () => write('only', Buffer.from('first'), { 'if-none-match': '*' });
  expect((await once()).status).toBe(200);
  const again = await once();
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ error: { code: 'file_exists' } });
});

test('names of any bytes are listed as they are, page by page, and can be asked for', async () => {
  const raw = Buffer.from([0x66, 0xff, 0x0a, 0x80]);
  const named = (route: string) => `/v1/sandboxes/${id}/files${route}?path_base64=${encodeURIComponent(full)}`;
  const full = Buffer.concat([Buffer.from('odd/'), raw]).toString('base64');
  const put = await owner.fetch(named(''), { method: 'PUT', headers: bytesType, body: Buffer.from('odd') });
  expect(put.status).toBe(200);
  await write(`odd/${'n'.repeat(255)}`, Buffer.from('long'));
  await write('odd/line\nbreak', Buffer.from('line'));
  const names: unknown[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await call<{ entries: { name?: string; name_base64?: string }[]; next_cursor: string | null }>(
      owner,
      'GET',
      `/sandboxes/${id}/files/list?path=odd&limit=1${more}`,
    );
    expect(body.entries).toHaveLength(1);
    names.push(...body.entries.map((entry) => entry.name ?? entry.name_base64));
    cursor = body.next_cursor;
  } while (cursor !== null);
  expect(names).toEqual([raw.toString('base64'), 'line\nbreak', 'n'.repeat(255)]);
  expect(await (await owner.fetch(named(''))).text()).toBe('odd');
});

test('files are made, found, moved, changed and removed', async () => {
  const { body } = await ask('POST', '', '/batch', {
    files: [
      { path: 'site/a.txt', data: 'needle in a' },
      { path: 'site/sub/b.txt', data: Buffer.from('no such').toString('base64'), encoding: 'base64', mode: '600' },
    ],
  });
  expect(body).toMatchObject({ files: [{ created: true }, { entry: { mode: '600', size: 7 } }] });
  expect((await ask('GET', 'site/a.txt', '/stat')).body).toMatchObject({ name: 'a.txt', type: 'file', size: 11 });
  await ask('POST', '', '/mkdir', { path: 'site/new/folder' });
  const moved = await ask('POST', '', '/move', { from: { path: 'site/a.txt' }, to: { path: 'site/new/c.txt' } });
  expect(moved.body).toMatchObject({ path: '/home/agent/site/new/c.txt' });
  expect((await ask('POST', '', '/chmod', { path: 'site/new/c.txt', mode: '755' })).body).toMatchObject({
    mode: '755',
  });
  const found = await ask('POST', '', '/search', { path: 'site', text: 'needle' });
  expect(found.body).toMatchObject({ matches: [{ path: '/home/agent/site/new/c.txt', line: 1 }], truncated: false });
  await expectError(ask('DELETE', 'site', ''), 'file_exists', 409);
  const gone = await call(owner, 'DELETE', `/sandboxes/${id}/files?path=site&recursive=true`);
  expect(gone.body).toEqual({ removed: 6 });
  await expectError(ask('GET', 'site', '/stat'), 'file_not_found', 404);
});

test('changes are told as a stream, and without one are refused', async () => {
  await ask('POST', '', '/mkdir', { path: 'watched' });
  await expectError(ask('GET', 'watched', '/watch'), 'invalid_request', 400);
  const stop = new AbortController();
  const response = await owner.fetch(at('watched', '/watch'), {
    headers: { accept: 'application/x-ndjson' },
    signal: stop.signal,
  });
  let text = '';
  const heard = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk);
  })().catch(() => undefined);
  await expect.poll(() => text, patient).toContain('"watching"');
  await write('watched/new', Buffer.from('x'));
  await expect.poll(() => text, patient).toContain('"created"');
  stop.abort();
  await heard;
});

test('M2: no route leads to what the sandbox’s user may not touch, or to another’s sandbox', async () => {
  const cases = ['/root', '/etc/shadow', '/proc/1/environ', '/run/matrx/agent.sock', '../../etc/shadow'];
  await exec(owner, id, { command: 'ln -s /etc/shadow link; ln -s / top' });
  for (const path of [...cases, 'link', 'top/etc/shadow', 'top/root/x']) {
    const response = await read(path);
    expect({ path, status: response.status }).toEqual({
      path,
      status: expect.toSatisfy((n) => n === 403 || n === 404 || n === 409),
    });
  }
  for (const path of ['/etc/passwd', '/opt/matrx/agent.cjs', 'top/etc/passwd', '/dev/null/x', '/proc/self/mem']) {
    expect([403, 404, 409]).toContain((await write(path, Buffer.from('mine'))).status);
  }
  const eve: Caller = { fetch: await stack.asPerson('eve'), door: '/v1' };
  for (const [method, rest, body] of [
    ['GET', '?path=x'],
    ['DELETE', '?path=x'],
    ['GET', '/list?path=x'],
    ['GET', '/stat?path=x'],
    ['POST', '/mkdir', { path: 'x' }],
    ['POST', '/search', { path: '.', text: 'x' }],
  ] as const)
    await expectError(call(eve, method, `/sandboxes/${id}/files${rest}`, body), 'not_found', 404);
});

test('smithers#738: what is wrong with a request is refused by its name', async () => {
  const refused = async (answer: ReturnType<typeof ask>, field: string) =>
    expect(await expectError(answer, 'invalid_request', 400)).toMatchObject({ field });
  await refused(ask('GET', '', '/stat'), 'query.path');
  await refused(call(owner, 'GET', `/sandboxes/${id}/files/list?path=.&deep=2`), 'query.deep');
  await refused(ask('POST', '', '/chmod', { path: '.', mode: '9' }), 'mode');
  await refused(ask('POST', '', '/search', { path: '.' }), 'name');
  await refused(ask('POST', '', '/search', { path: '.', pattern: '(' }), 'pattern');
});
