import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

test.each([
  ['CRC32', { ChecksumCRC32: 'NhCmhg==' }],
  ['CRC32C', { ChecksumCRC32C: 'mnG7TA==' }],
  ['SHA1', { ChecksumSHA1: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' }],
  ['SHA256', { ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' }],
] as const)('a put with %s is checked, answered with it and read with it', async (ChecksumAlgorithm, sum) => {
  const { s3 } = await startS3();
  expect(await s3.putObject({ Bucket, Key: 'k', Body: 'hello', ChecksumAlgorithm })).toMatchObject(sum);
  expect(await s3.headObject({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' })).toMatchObject({
    ...sum,
    ChecksumType: 'FULL_OBJECT',
  });
  const [name = ''] = Object.keys(sum);
  const wrong = Buffer.alloc(Buffer.from(Object.values(sum)[0] ?? '', 'base64').length, 1).toString('base64');
  await expect(s3.putObject({ Bucket, Key: 'k', Body: 'hello', [name]: wrong })).rejects.toMatchObject({
    name: 'BadDigest',
  });
  await expect(s3.putObject({ Bucket, Key: 'k', Body: 'hello', [name]: 'AA==' })).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
});

test('a put is checked against its MD5, and refused without effect', async () => {
  const { s3, put, read } = await startS3();
  await put('k', 'old');
  const ContentMD5 = createHash('md5').update('other').digest('base64');
  await expect(s3.putObject({ Bucket, Key: 'k', Body: 'new', ContentMD5 })).rejects.toMatchObject({
    name: 'BadDigest',
  });
  await expect(s3.putObject({ Bucket, Key: 'k', Body: 'new', ContentMD5: 'short' })).rejects.toMatchObject({
    name: 'InvalidDigest',
  });
  expect(await read('k')).toBe('old');
});

test('removing many needs a checksum of what is to go', async () => {
  const { s3, credentials, clientFor, put } = await startS3();
  await put('a');
  const Delete = { Objects: [{ Key: 'a' }] };
  const plain = clientFor(credentials);
  plain.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum-')) delete headers[name];
      for (const name of ['x-amz-sdk-checksum-algorithm', 'content-md5']) delete headers[name];
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  await expect(plain.deleteObjects({ Bucket, Delete })).rejects.toMatchObject({ name: 'InvalidRequest' });
  expect((await s3.deleteObjects({ Bucket, Delete: { ...Delete, Quiet: true } })).Deleted).toBeUndefined();
});
