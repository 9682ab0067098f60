import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

const dayMs = 86_400_000;

test('L7: transfers and unfinished uploads go after a day, and nothing else does', async () => {
  const { s3, server, put, time, principals, clientFor } = await startS3();
  for (const key of ['transfers/old', 'users/ann/old']) await put(key);
  await s3.createMultipartUpload({ Bucket, Key: 'users/ann/unfinished' });
  time.now += dayMs - 1_000;
  await server.sweep();
  time.now -= dayMs - 1_000;
  expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(2);
  time.now += dayMs;
  await server.sweep();
  time.now -= dayMs;
  const later = clientFor(principals.issueFunction('deploy', 'later').credentials);
  expect((await later.listObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key)).toEqual(['users/ann/old']);
  expect((await later.listMultipartUploads({ Bucket })).Uploads).toBeUndefined();
});
