import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

const Key = 'k';
const codeOf = async (answer: Response) => /<Code>(\w+)</.exec(await answer.text())?.[1];

/** A stand-in with one object, and addresses for it that anybody may use for a minute. */
async function startPresigning() {
  const started = await startS3();
  await started.put(Key, 'hello');
  const client = started.clientFor(started.credentials, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  const getUrl = () => getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  const putUrl = (more: object = {}) =>
    getSignedUrl(client, new PutObjectCommand({ Bucket, Key, ...more }), { expiresIn: 60 });
  return { ...started, client, getUrl, putUrl };
}

test('a presigned address can be read and written without any key', async () => {
  const { client, getUrl, putUrl, read } = await startPresigning();
  expect(await (await fetch(await getUrl())).text()).toBe('hello');
  const written = await fetch(await putUrl(), { method: 'PUT', body: 'new', headers: { 'content-type': 'text/x-p' } });
  expect(written.status).toBe(200);
  expect(await read(Key)).toBe('new');
  const named = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'attachment; filename="z"' });
  const answer = await fetch(await getSignedUrl(client, named, { expiresIn: 60 }));
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="z"');
});

test('a presigned address is good until it expires', async () => {
  const { getUrl, time } = await startPresigning();
  const url = await getUrl();
  time.now += 58_000;
  expect((await fetch(url)).status).toBe(200);
  time.now += 4_000;
  const late = await fetch(url);
  expect([late.status, await codeOf(late)]).toEqual([403, 'AccessDenied']);
});

test('a presigned address that names a checksum takes that body only', async () => {
  const { s3, credentials, putUrl, clientFor } = await startPresigning();
  const ChecksumSHA256 = createHash('sha256').update('wanted').digest('base64');
  const url = await putUrl({ ChecksumSHA256 });
  expect(await codeOf(await fetch(url, { method: 'PUT', body: 'other' }))).toBe('BadDigest');
  expect((await fetch(url, { method: 'PUT', body: 'wanted' })).status).toBe(200);
  expect((await s3.headObject({ Bucket, Key, ChecksumMode: 'ENABLED' })).ChecksumSHA256).toBe(ChecksumSHA256);
  // The SDK presigns the checksum of an empty body unless it is told not to, and S3 holds the sender to it.
  const careless = await getSignedUrl(clientFor(credentials), new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  expect(await codeOf(await fetch(careless, { method: 'PUT', body: 'not empty' }))).toBe('BadDigest');
});

test('nothing can be added to a presigned address, or changed in it', async () => {
  const { getUrl, putUrl } = await startPresigning();
  const url = await getUrl();
  for (const changed of [
    url.replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000'),
    url.replace(`/${Key}?`, '/other?'),
    `${url}&response-content-type=text/html`,
    url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
  ]) {
    expect(await codeOf(await fetch(changed))).toBe('SignatureDoesNotMatch');
  }
  expect(await codeOf(await fetch(`${url}&X-Amz-Signature=00`))).toBe('InvalidURI');
  expect(await codeOf(await fetch(url, { method: 'DELETE' }))).toBe('SignatureDoesNotMatch');
  const headers = { 'x-amz-copy-source': `${Bucket}/secret` };
  expect(await codeOf(await fetch(await putUrl(), { method: 'PUT', headers }))).toBe('AccessDenied');
});

test('who isn’t known, has another secret, or signs nothing is refused', async () => {
  const { s3: _s3, credentials, clientFor, server, principals } = await startS3();
  const get = (given: Parameters<typeof clientFor>[0], region = 'us-east-1') =>
    clientFor(given, { region }).getObject({ Bucket, Key });
  await expect(get({ ...credentials, secretAccessKey: 'wrong' })).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  await expect(get({ ...credentials, accessKeyId: 'AKIANOPE' })).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  await expect(get({ ...credentials, sessionToken: 'other' })).rejects.toMatchObject({ name: 'InvalidToken' });
  const { sessionToken: _gone, ...bare } = credentials;
  await expect(get(bare)).rejects.toMatchObject({ name: 'InvalidToken' });
  const service = principals.issueService('s').credentials;
  await expect(get({ ...service, sessionToken: 'any' })).rejects.toMatchObject({ name: 'InvalidToken' });
  await expect(get(credentials, 'eu-west-1')).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
  expect(await codeOf(await fetch(`${server.url}/${Bucket}/${Key}`))).toBe('AccessDenied');
});

test('a request that was signed a quarter of an hour ago or ahead is refused', async () => {
  const { s3, time } = await startPresigning();
  const now = time.now;
  for (const offset of [-901_000, 901_000]) {
    time.now = now + offset;
    await expect(s3.getObject({ Bucket, Key })).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
  }
});

test('a body that isn’t the one that was hashed is refused', async () => {
  const { credentials, clientFor, read } = await startPresigning();
  const client = clientFor(credentials, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { body: unknown }).body = 'evil!';
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await expect(client.putObject({ Bucket, Key, Body: 'hello' })).rejects.toMatchObject({
    name: 'XAmzContentSHA256Mismatch',
  });
  expect(await read(Key)).toBe('hello');
});

test('bodies whose chunks are signed one by one are refused by name', async () => {
  const { credentials, clientFor } = await startS3();
  const client = clientFor(credentials);
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  await expect(client.putObject({ Bucket, Key, Body: 'x' })).rejects.toMatchObject({ name: 'NotImplemented' });
});
