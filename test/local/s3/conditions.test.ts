import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };

test('a write that wants nothing there fails where something is', async () => {
  const { s3, read } = await startS3();
  const put = (Body: string) => s3.putObject({ Bucket, Key: 'k', Body, IfNoneMatch: '*' });
  await put('1');
  await expect(put('2')).rejects.toMatchObject(failed);
  expect(await read('k')).toBe('1');
});

test('a write that wants what it read fails when that was replaced or removed', async () => {
  const { s3, put, read } = await startS3();
  const { ETag } = await put('k', '1');
  await s3.putObject({ Bucket, Key: 'k', Body: '2', IfMatch: String(ETag) });
  await expect(s3.putObject({ Bucket, Key: 'k', Body: '3', IfMatch: String(ETag) })).rejects.toMatchObject(failed);
  await expect(s3.deleteObject({ Bucket, Key: 'k', IfMatch: String(ETag) })).rejects.toMatchObject(failed);
  expect(await read('k')).toBe('2');
  await expect(s3.putObject({ Bucket, Key: 'none', Body: '', IfMatch: String(ETag) })).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});

test.each([['nothing'], ['an older one']])('of forty writers at once who want %s there, one writes', async (there) => {
  const { s3, put, read } = await startS3();
  const ETag = there === 'nothing' ? undefined : (await put('k', 'old')).ETag;
  const condition = ETag === undefined ? { IfNoneMatch: '*' } : { IfMatch: ETag };
  const writes = Array.from({ length: 40 }, (_, writer) =>
    s3.putObject({ Bucket, Key: 'k', Body: `by ${writer}`, ...condition }),
  );
  const outcomes = await Promise.allSettled(writes);
  const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
  expect(winners).toHaveLength(1);
  expect(await read('k')).toBe(`by ${winners[0]}`);
});

test('a reader is told that it has the object already, or that it is another one', async () => {
  const { s3, put } = await startS3();
  const { ETag } = await put('k');
  await expect(s3.getObject({ Bucket, Key: 'k', IfNoneMatch: String(ETag) })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(s3.getObject({ Bucket, Key: 'k', IfMatch: '"other"' })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 412 },
  });
  const later = new Date(Date.now() + 60_000);
  await expect(s3.getObject({ Bucket, Key: 'k', IfModifiedSince: later })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(s3.getObject({ Bucket, Key: 'k', IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 412 },
  });
});
