import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { homeKeys } from '../../../contract/home/keys.ts';
import { homes } from '../../../lambdas/aws/s3/homes.ts';
import { s3Client } from '../../../lambdas/aws/s3/s3-client.ts';
import { storedObjects } from '../../../lambdas/aws/s3/stored-objects.ts';
import { summary } from '../../support/fakes/fake-homes.ts';
import { sampleCheckpoint } from '../../support/sample-checkpoint.ts';
import { Bucket, policy, startS3 } from '../s3/start-s3.ts';

const checkpointId = `ckp_${'1'.repeat(26)}`;
const head = { version: 1 as const, checkpoints: [summary(checkpointId)], dropped: [] };

/** The rights that the function of an API route has on the bucket. */
const reader = policy(
  { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/users/*` },
  {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::${Bucket}`,
    Condition: { StringLike: { 's3:prefix': ['users/*'] } },
  },
);

test('a home is read as it was written, and one that was never saved is not there', async () => {
  const { s3, sessionClient } = await startS3();
  const stored = homes({ client: sessionClient([reader]), name: Bucket });
  expect(await stored.head('ada')).toBeUndefined();
  expect(await stored.manifest('ada', checkpointId)).toBeUndefined();
  const { manifest, blobs } = sampleCheckpoint(checkpointId, { 'a.txt': 'hello' });
  const keys = homeKeys('ada');
  await s3.putObject({ Bucket, Key: keys.head, Body: JSON.stringify(head) });
  await s3.putObject({
    Bucket,
    Key: keys.manifest(checkpointId),
    Body: zstdCompressSync(JSON.stringify(manifest)),
  });
  for (const [hash, bytes] of blobs) await s3.putObject({ Bucket, Key: keys.blob(hash), Body: bytes });
  expect((await stored.head('ada'))?.head).toEqual(head);
  expect(await stored.manifest('ada', checkpointId)).toEqual(manifest);
  const [[hash = '', bytes = new Uint8Array()] = []] = blobs;
  expect(await stored.blob('ada', hash, 1_000_000)).toEqual(Buffer.from(bytes));
  await expect(stored.blob('ada', hash, 3)).rejects.toMatchObject({ code: 'storage_unavailable' });
});

test('a head is put only in the place of the one that was read', async () => {
  const { s3 } = await startS3();
  const stored = homes({ client: s3, name: Bucket });
  await s3.putObject({ Bucket, Key: homeKeys('ada').head, Body: JSON.stringify(head) });
  const read = await stored.head('ada');
  if (!read) throw new Error('no head');
  const next = { ...head, checkpoints: [summary(`ckp_${'2'.repeat(26)}`)] };
  expect(await stored.replaceHead('ada', read, next)).toBe(true);
  expect(await stored.replaceHead('ada', read, head)).toBe(false);
  expect((await stored.head('ada'))?.head).toEqual(next);
  await s3.deleteObject({ Bucket, Key: homeKeys('ada').head });
  expect(await stored.replaceHead('ada', read, head)).toBe(false);
});

test('what a sandbox has written wrong is damaged, and named', async () => {
  const { s3 } = await startS3();
  const stored = homes({ client: s3, name: Bucket });
  const keys = homeKeys('ada');
  const put = (Key: string, Body: string | Uint8Array) => s3.putObject({ Bucket, Key, Body });
  const damaged = (key: string) => ({ code: 'storage_unavailable', details: { reason: 'corrupt', key } });
  for (const text of ['{', '{}', JSON.stringify({ ...head, checkpoints: [] })]) {
    await put(keys.head, text);
    await expect(stored.head('ada')).rejects.toMatchObject(damaged(keys.head));
  }
  const key = keys.manifest(checkpointId);
  for (const bytes of ['{}', zstdCompressSync('{}'), zstdCompressSync(Buffer.alloc(200 * 1024 * 1024))]) {
    await put(key, bytes);
    await expect(stored.manifest('ada', checkpointId)).rejects.toMatchObject(damaged(key));
  }
});

test('C8: a bucket that is missing, forbidden or silent is one typed error that names it', async () => {
  const { s3, server, credentials, sessionClient } = await startS3();
  const missing = { client: s3, name: 'no-such-bucket' };
  const told = (name: string, reason: string) => ({
    code: 'storage_unavailable',
    status: 503,
    message: expect.stringContaining(name),
    details: { part: 'storage', bucket: name, reason },
  });
  const ofMissing = told('no-such-bucket', 'bucket_missing');
  await expect(homes(missing).head('ada')).rejects.toMatchObject(ofMissing);
  await expect(storedObjects(missing).check()).rejects.toMatchObject(ofMissing);
  await expect(storedObjects(missing).remove(['users/ada/x'])).rejects.toMatchObject(ofMissing);

  const nothing = policy({ Effect: 'Deny', Action: 's3:*', Resource: '*' });
  const forbidden = { client: sessionClient([nothing]), name: Bucket };
  const ofForbidden = told(Bucket, 'storage_forbidden');
  await expect(homes(forbidden).head('ada')).rejects.toMatchObject(ofForbidden);
  await expect(storedObjects(forbidden).list('users/ada/', undefined)).rejects.toMatchObject(ofForbidden);

  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const client = s3Client({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  expect(server.url).not.toContain(String(port));
  const ofSilent = told(Bucket, 'storage_unavailable');
  await expect(storedObjects({ client, name: Bucket }).check()).rejects.toMatchObject(ofSilent);
});

test('users are listed page by page, and what is no user’s is left out', async () => {
  const { s3, put } = await startS3();
  for (const user of ['ada', 'ada-2', 'adam', 'eve']) {
    await put(`users/${user}/home/head.json`);
    await put(`users/${user}/cold/x`);
  }
  await put('users/-wrong/home/head.json');
  await put('transfers/x');
  const objects = storedObjects({ client: s3, name: Bucket });
  expect(await objects.users(undefined)).toEqual({ userIds: ['ada-2', 'ada', 'adam', 'eve'], more: false });
  expect(await storedObjects({ client: s3, name: Bucket }, 3).users(undefined)).toMatchObject({ more: true });
  expect(await objects.users('ada')).toEqual({ userIds: ['adam', 'eve'], more: false });
});

test('objects are listed behind a key, within their prefix, and removed many at once', async () => {
  const { s3, put } = await startS3();
  const keys = Array.from({ length: 25 }, (_, n) => `users/ada/home/blobs/${String(n).padStart(5, '0')}`);
  await Promise.all(keys.map((key) => put(key, 'xy')));
  await put('users/ada2/x');
  const objects = storedObjects({ client: s3, name: Bucket }, 20);
  const first = await objects.list('users/ada/', undefined);
  expect([first.objects.length, first.more]).toEqual([20, true]);
  const second = await objects.list('users/ada/', first.objects.at(-1)?.key);
  expect([...first.objects, ...second.objects].map(({ key }) => key)).toEqual(keys);
  expect(second).toMatchObject({
    more: false,
    objects: expect.arrayContaining([expect.objectContaining({ size: 2 })]),
  });
  await objects.remove([...keys, 'users/ada/none']);
  expect(await objects.list('users/', undefined)).toMatchObject({ objects: [{ key: 'users/ada2/x' }] });
});
