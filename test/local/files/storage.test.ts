import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { transferStorage } from '../../../lambdas/aws/s3/transfer-storage.ts';
import { Bucket, startS3, type TestS3 } from '../s3/start-s3.ts';

const begin = async (options: TestS3 = {}, name = Bucket) => {
  const { s3 } = await startS3(options);
  return transferStorage({ client: s3, name }, systemClock);
};

test('C8: a transfer into a bucket that is not there fails with one typed error that names it', async () => {
  const storage = await begin({}, 'nobodys-bucket');
  const details = { part: 'storage', bucket: 'nobodys-bucket', reason: 'bucket_missing' };
  await expect(storage.begin('transfers/x')).rejects.toMatchObject({ code: 'storage_unavailable', details });
});

test('L9: a transfer whose storage fails again and again is given up with a typed error', async () => {
  const calls = [{ service: 's3', operation: 'CreateMultipartUpload', fate: 'fail' }] as const;
  const storage = await begin({ hazards: { calls: [...calls] } });
  await expect(storage.begin('transfers/x')).rejects.toMatchObject({
    code: 'storage_unavailable',
    retryAfterSeconds: expect.any(Number),
  });
});

test('what is given up is gone, however often, and says so', async () => {
  const storage = await begin();
  const file = await storage.begin('transfers/x');
  expect(await storage.parts(file)).toEqual([]);
  await storage.remove(file);
  await storage.remove(file);
  expect(await storage.parts(file)).toBeUndefined();
  expect(await storage.sizeOf(file.key)).toBeUndefined();
});

test('M2: a URL is for one name, one part and these bytes, and names the host its reader knows', async () => {
  const storage = await begin();
  const file = await storage.begin('transfers/sbx/x');
  const part = { number: 1, size: 3, sha256: createHash('sha256').update('abc').digest('hex') };
  const [caller, agent] = await Promise.all([
    storage.signPart(file, part, 'caller'),
    storage.signPart(file, part, 'agent'),
  ]);
  expect(new URL(agent.url).host).toBe(`${Bucket}.s3.us-east-1.amazonaws.com`);
  expect(new URL(caller.url).hostname).toMatch(/^127\.0\.0\.1$|localhost$/);
  expect(new URL(agent.url).searchParams.get('X-Amz-SignedHeaders')).toContain('x-amz-checksum-sha256');
});
