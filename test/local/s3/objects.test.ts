import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { eventually } from '../../support/machines/compute.ts';
import { Bucket, startS3 } from './start-s3.ts';

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex');

test('an object is read as it was put, with what was said of it', async () => {
  const { s3 } = await startS3();
  const put = await s3.putObject({
    Bucket,
    Key: 'a.txt',
    Body: 'hello',
    Metadata: { foo: 'bar', 'x-y': 'z w' },
    ContentType: 'application/x-test',
    CacheControl: 'no-store',
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: 'gzip',
  });
  expect(put.ETag).toBe(`"${md5('hello')}"`);
  const head = await s3.headObject({ Bucket, Key: 'a.txt' });
  expect(head).toMatchObject({
    Metadata: { foo: 'bar', 'x-y': 'z w' },
    ContentType: 'application/x-test',
    CacheControl: 'no-store',
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: 'gzip',
    ContentLength: 5,
    ETag: put.ETag,
    LastModified: expect.any(Date),
  });
  const got = await s3.getObject({ Bucket, Key: 'a.txt' });
  expect(await got.Body?.transformToString()).toBe('hello');
});

test('a stream that is sent in chunks is stored as its bytes, not as its chunks', async () => {
  const { s3 } = await startS3();
  const bytes = randomBytes(700_000);
  const pieces = [bytes.subarray(0, 100), bytes.subarray(100, 300_000), bytes.subarray(300_000)];
  await s3.putObject({ Bucket, Key: 'stream', Body: Readable.from(pieces), ContentLength: bytes.length });
  const got = await s3.getObject({ Bucket, Key: 'stream' });
  expect(md5((await got.Body?.transformToByteArray()) ?? '')).toBe(md5(bytes));
  expect(got.ContentEncoding).toBeUndefined();
});

test('an empty object is an object', async () => {
  const { s3, put, read } = await startS3();
  await put('empty', '');
  expect(await read('empty')).toBe('');
  await expect(s3.getObject({ Bucket, Key: 'empty', Range: 'bytes=0-0' })).rejects.toMatchObject({
    name: 'InvalidRange',
  });
});

const oddKeys = [
  'sp ace/ü é.txt',
  'a+b=c&d%20e',
  'x/y//z',
  'quo"te\'s',
  'emoji-😀',
  'dir/',
  '<xml>&amp;',
  '..hidden',
  'a/./b',
  'a/../b',
  'tilde~!*()',
  ' blank ',
  'line\nbreak\ttab',
  `seg/${'k'.repeat(300)}/${'z'.repeat(690)}`,
];

test('keys are bytes: none is normalised, trimmed or taken for another', async () => {
  const { s3, put, read } = await startS3();
  for (const key of oddKeys) await put(key, `of ${key}`);
  for (const key of oddKeys) expect(await read(key)).toBe(`of ${key}`);
  const listed = await s3.listObjectsV2({ Bucket });
  expect(listed.Contents?.map(({ Key }) => Key).sort()).toEqual([...oddKeys].sort());
  const removed = await s3.deleteObjects({ Bucket, Delete: { Objects: oddKeys.map((Key) => ({ Key })) } });
  expect(removed.Deleted).toHaveLength(oddKeys.length);
  expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
});

test('fails when a key is longer than S3’s, and when the bucket or the object isn’t there', async () => {
  const { s3, put } = await startS3();
  await expect(put('k'.repeat(1025))).rejects.toMatchObject({ name: 'KeyTooLongError' });
  await expect(s3.getObject({ Bucket, Key: 'no' })).rejects.toMatchObject({
    name: 'NoSuchKey',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(s3.headObject({ Bucket, Key: 'no' })).rejects.toMatchObject({ name: 'NotFound' });
  await expect(s3.getObject({ Bucket: 'no-bucket', Key: 'a' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test.each([
  ['bytes=2-4', '234', 'bytes 2-4/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=8-', '89', 'bytes 8-9/10'],
  ['bytes=8-100', '89', 'bytes 8-9/10'],
  ['bytes=4-2', '0123456789', undefined],
  ['lines=1-2', '0123456789', undefined],
])('the range %s is %s', async (Range, text, ContentRange) => {
  const { s3, put } = await startS3();
  await put('digits', '0123456789');
  const got = await s3.getObject({ Bucket, Key: 'digits', Range });
  expect([await got.Body?.transformToString(), got.ContentRange]).toEqual([text, ContentRange]);
});

test('fails when a range begins after the end', async () => {
  const { s3, put } = await startS3();
  await put('digits', '0123456789');
  await expect(s3.getObject({ Bucket, Key: 'digits', Range: 'bytes=20-30' })).rejects.toMatchObject({
    name: 'InvalidRange',
    $metadata: { httpStatusCode: 416 },
  });
});

test('a reader keeps what it began to read while the object is replaced and removed', async () => {
  const { s3 } = await startS3();
  const [first, second] = [Buffer.alloc(8 * 1024 ** 2, 1), Buffer.alloc(8 * 1024 ** 2, 2)];
  await s3.putObject({ Bucket, Key: 'k', Body: first });
  const got = await s3.getObject({ Bucket, Key: 'k' });
  await s3.putObject({ Bucket, Key: 'k', Body: second });
  await s3.deleteObject({ Bucket, Key: 'k' });
  const bytes = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
  expect(Buffer.compare(bytes, first)).toBe(0);
});

test('an upload that breaks off leaves what was there before', async () => {
  const { s3, put, read, credentials, clientFor } = await startS3();
  await put('kept', 'old');
  const client = clientFor(credentials, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'kept' }), { expiresIn: 60 });
  const upload = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
  upload.on('error', () => undefined);
  await new Promise((resolve) => upload.write(Buffer.alloc(100_000), resolve));
  upload.destroy();
  await eventually(async () => (await s3.headObject({ Bucket, Key: 'kept' })).ContentLength === 3);
  expect(await read('kept')).toBe('old');
});

test('a copy has the contents, and the description of its source or its own', async () => {
  const { s3 } = await startS3();
  await s3.putObject({ Bucket, Key: 'src key+1', Body: 'body', Metadata: { a: '1' } });
  const CopySource = `${Bucket}/${encodeURIComponent('src key+1')}`;
  await s3.copyObject({ Bucket, Key: 'copy', CopySource });
  expect((await s3.headObject({ Bucket, Key: 'copy' })).Metadata).toEqual({ a: '1' });
  await s3.copyObject({ Bucket, Key: 'copy', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
  expect(await s3.headObject({ Bucket, Key: 'copy' })).toMatchObject({
    Metadata: { b: '2' },
    ETag: `"${md5('body')}"`,
  });
  await expect(s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/copy` })).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
});

test('removing is the same the second time; a bucket with objects stays', async () => {
  const { s3, put } = await startS3();
  await put('a');
  await expect(s3.deleteBucket({ Bucket })).rejects.toMatchObject({ name: 'BucketNotEmpty' });
  await s3.deleteObject({ Bucket, Key: 'a' });
  await s3.deleteObject({ Bucket, Key: 'a' });
  await s3.deleteBucket({ Bucket });
  await expect(s3.headBucket({ Bucket })).rejects.toMatchObject({ name: 'NotFound' });
});

test('what isn’t here is refused by name, not ignored', async () => {
  const { s3, put } = await startS3();
  await put('a');
  const refused = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
  await expect(s3.putObjectTagging({ Bucket, Key: 'a', Tagging: { TagSet: [] } })).rejects.toMatchObject(refused);
  await expect(s3.getObject({ Bucket, Key: 'a', VersionId: '1' })).rejects.toMatchObject(refused);
  await expect(s3.putObject({ Bucket, Key: 'a', StorageClass: 'GLACIER' })).rejects.toMatchObject(refused);
  await expect(
    s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  ).rejects.toMatchObject(refused);
});
