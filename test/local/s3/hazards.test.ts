import { expect, test } from 'vitest';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { Bucket, startS3 } from './start-s3.ts';

type Fate = NonNullable<HazardSettings['calls']>[number]['fate'];

const suffering = (operation: string, fate: Fate) =>
  startS3({ hazards: { calls: [{ service: 's3', operation, fate, times: 1 }] } });

const conditional = { Bucket, Key: 'k', Body: 'x', IfNoneMatch: '*' };

test.each([
  ['throttle', { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }],
  ['fail', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }],
  ['condition', { name: 'ConditionalRequestConflict', $metadata: { httpStatusCode: 409 } }],
  ['cut', { code: expect.stringMatching(/ECONNRESET|EPIPE/) }],
] as const)('a write whose fate is %s is not carried out', async (fate, error) => {
  const { s3, read } = await suffering('PutObject', fate);
  await expect(s3.putObject(conditional)).rejects.toMatchObject(error);
  await s3.putObject(conditional);
  expect(await read('k')).toBe('x');
});

test('a write whose answer is lost has been carried out', async () => {
  const { s3 } = await suffering('PutObject', 'lose-answer');
  await expect(s3.putObject(conditional)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(s3.putObject(conditional)).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

const size = 1024 ** 2;

test('a download that is cut in its middle is no whole object to anybody', async () => {
  const { s3 } = await startS3({
    hazards: { storage: { bodies: [{ direction: 'down', fate: 'cut', afterBytes: 300_000, times: 1 }] } },
  });
  await s3.putObject({ Bucket, Key: 'k', Body: Buffer.alloc(size) });
  const cut = await s3.getObject({ Bucket, Key: 'k' });
  await expect(cut.Body?.transformToByteArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
  const whole = await s3.getObject({ Bucket, Key: 'k' });
  expect(await whole.Body?.transformToByteArray()).toHaveLength(size);
});

test.each([
  ['cut', { code: expect.stringMatching(/ECONNRESET|EPIPE/) }],
  ['fail', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }],
] as const)('an upload that meets %s in its middle leaves what was there', async (fate, error) => {
  const bodies = [{ direction: 'up' as const, fate, afterBytes: 300_000, skip: 1, times: 1 }];
  const { s3, put, read } = await startS3({ hazards: { storage: { bodies } } });
  await put('k', 'old');
  await expect(s3.putObject({ Bucket, Key: 'k', Body: Buffer.alloc(size) })).rejects.toMatchObject(error);
  expect(await read('k')).toBe('old');
  await s3.putObject({ Bucket, Key: 'k', Body: Buffer.alloc(size) });
  expect((await s3.headObject({ Bucket, Key: 'k' })).ContentLength).toBe(size);
});

test('a body that is delayed comes all the same', async () => {
  const bodies = [{ direction: 'down' as const, fate: { delayMs: 5 }, afterBytes: 10 }];
  const { put, read } = await startS3({ hazards: { storage: { bodies } } });
  await put('k', 'hello, late reader');
  expect(await read('k')).toBe('hello, late reader');
});

test('fails when a download is to fail after it has begun', async () => {
  const bodies = [{ direction: 'down' as const, fate: 'fail' as const }];
  await expect(startS3({ hazards: { storage: { bodies } } })).rejects.toThrow(/can only be cut, not fail/);
});
