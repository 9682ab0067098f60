import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Download, SignedPart, Upload } from '../../../contract/api/files/transfers.ts';
import { type Caller, call, createReady, exec, expectError } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let owner: Caller;
let id: string;

beforeAll(async () => {
  stack = await startStack();
  owner = { fetch: await stack.asPerson('ann'), door: '/v1' };
  id = (await createReady(owner)).sandbox_id;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const partBytes = 16 * 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const path = (rest: string) => `/sandboxes/${id}/files/${rest}`;

const partsOf = (bytes: Buffer) =>
  Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, n) => {
    const data = bytes.subarray(n * partBytes, (n + 1) * partBytes);
    return { data, plan: { number: n + 1, size: data.length, sha256: sha256(data) } };
  });

const put = ({ url, headers }: SignedPart, data: Buffer) =>
  fetch(url, { method: 'PUT', headers, body: data as NonNullable<RequestInit['body']> });

async function start(target: string, bytes: Buffer, more: object = {}) {
  const parts = partsOf(bytes);
  const body = { path: target, parts: parts.map(({ plan }) => plan), ...more };
  const answer = await call<Upload & { parts: SignedPart[] }>(owner, 'POST', path('upload'), body);
  expect(answer).toMatchObject({ status: 201 });
  return { parts, upload: answer.body };
}

const complete = (upload: string, body: object) => call(owner, 'POST', path(`upload/${upload}/complete`), body);

test('E2B PR #1433: what is larger than a call takes goes by storage, and its hash is told when it is in its place', async () => {
  const bytes = randomBytes(partBytes + 1_000_003);
  const { parts, upload } = await start('big/up.bin', bytes);
  for (const [n, { data }] of parts.entries()) {
    const response = await put(upload.parts[n] as SignedPart, data);
    expect(await response.text()).toBe('');
  }
  const answer = await complete(upload.upload_id, { size: bytes.length, sha256: sha256(bytes) });
  expect(answer.body).toMatchObject({ sha256: sha256(bytes), created: true, entry: { size: bytes.length } });
  expect((await complete(upload.upload_id, { size: bytes.length })).body).toEqual(answer.body);
  const { stdout } = await exec(owner, id, { command: 'sha256sum < big/up.bin; ls -A big' });
  expect(stdout).toBe(`${sha256(bytes)}  -\nup.bin\n`);

  const download = await call<Download>(owner, 'POST', path('download'), { path: 'big/up.bin' });
  expect(download.body).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
  const fetched = Buffer.from(await (await fetch(download.body.url)).arrayBuffer());
  expect(fetched.equals(bytes)).toBe(true);
}, 120_000);

test('a part with other bytes than were announced is refused by storage', async () => {
  const bytes = randomBytes(1_000);
  const { upload } = await start('spoilt', bytes);
  const spoilt = Buffer.from(bytes);
  spoilt[7] = (spoilt[7] ?? 0) ^ 1;
  expect((await put(upload.parts[0] as SignedPart, spoilt)).status).toBe(400);
  expect((await put(upload.parts[0] as SignedPart, bytes.subarray(1))).ok).toBe(false);
  const details = await expectError(complete(upload.upload_id, { size: 1_000 }), 'upload_incomplete', 409);
  expect(details).toMatchObject({ received: 0 });
});

test('an upload is gone on with where it was, and says what is missing', async () => {
  const bytes = randomBytes(partBytes + 10);
  const { parts, upload } = await start('resumed', bytes);
  await put(upload.parts[1] as SignedPart, parts[1]?.data as Buffer);
  const missing = await expectError(complete(upload.upload_id, { size: bytes.length }), 'upload_incomplete', 409);
  expect(missing).toMatchObject({ received: 10, missing: [1] });
  const { body } = await call<Upload>(owner, 'GET', path(`upload/${upload.upload_id}`));
  expect(body).toMatchObject({ received: [{ number: 2, size: 10 }], file: null });
  const signed = await call<{ parts: SignedPart[] }>(owner, 'POST', path(`upload/${upload.upload_id}/parts`), {
    parts: [parts[0]?.plan],
  });
  await put(signed.body.parts[0] as SignedPart, parts[0]?.data as Buffer);
  expect((await complete(upload.upload_id, { size: bytes.length })).body).toMatchObject({ sha256: sha256(bytes) });
}, 60_000);

test('a hash that is not the file’s changes nothing, and what is not to be overwritten is not', async () => {
  const bytes = randomBytes(2_000);
  await exec(owner, id, { command: 'echo mine > target' });
  const other = await start('target', bytes);
  await put(other.upload.parts[0] as SignedPart, bytes);
  const wrong = complete(other.upload.upload_id, { size: 2_000, sha256: sha256(randomBytes(1)) });
  expect(await expectError(wrong, 'invalid_request', 400)).toMatchObject({ field: 'sha256', value: sha256(bytes) });
  const once = await start('target', bytes, { overwrite: false });
  await put(once.upload.parts[0] as SignedPart, bytes);
  await expectError(complete(once.upload.upload_id, { size: 2_000 }), 'file_exists', 409);
  expect(await exec(owner, id, { command: 'cat target; ls -A | grep -c target' })).toMatchObject({
    stdout: 'mine\n1\n',
  });
});

test('an upload that is given up is gone, with what was sent of it', async () => {
  const { upload } = await start('cancelled', randomBytes(100));
  expect((await call(owner, 'DELETE', path(`upload/${upload.upload_id}`))).body).toEqual({});
  await expectError(complete(upload.upload_id, { size: 100 }), 'not_found', 404);
  expect((await put(upload.parts[0] as SignedPart, randomBytes(100))).ok).toBe(false);
});

test('files of no and of few bytes are downloaded too; what is no file is refused', async () => {
  await exec(owner, id, { command: ': > empty; printf abc > few' });
  for (const [name, text] of [
    ['empty', ''],
    ['few', 'abc'],
  ] as const) {
    const { body } = await call<Download>(owner, 'POST', path('download'), { path: name });
    expect(body).toMatchObject({ size: text.length, sha256: sha256(Buffer.from(text)) });
    expect(await (await fetch(body.url)).text()).toBe(text);
  }
  await expectError(call(owner, 'POST', path('download'), { path: 'none' }), 'file_not_found', 404);
  await expectError(call(owner, 'POST', path('download'), { path: '/etc' }), 'wrong_file_type', 409);
});

test('M2: an upload is its sandbox’s owner’s alone', async () => {
  const { upload } = await start('mine', randomBytes(10));
  const eve: Caller = { fetch: await stack.asPerson('eve'), door: '/v1' };
  const evil = (await createReady(eve)).sandbox_id;
  for (const sandbox of [id, evil])
    for (const [method, rest, body] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/complete', { size: 10 }],
      ['POST', '/parts', { parts: [{ number: 1, size: 10, sha256: sha256(randomBytes(1)) }] }],
    ] as const) {
      const target = `/sandboxes/${sandbox}/files/upload/${upload.upload_id}${rest}`;
      await expectError(call(eve, method, target, body), 'not_found', 404);
    }
});
