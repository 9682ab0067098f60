import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

type Client = Awaited<ReturnType<typeof startS3>>['s3'];

/** Objects and common prefixes, page by page. */
async function listAll(s3: Client, options: { Prefix?: string; Delimiter?: string; MaxKeys?: number }) {
  const [keys, prefixes]: [string[], string[]] = [[], []];
  let ContinuationToken: string | undefined;
  let pages = 0;
  do {
    const page = await s3.listObjectsV2({ Bucket, ...options, ...(ContinuationToken && { ContinuationToken }) });
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
    expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
    ContinuationToken = page.NextContinuationToken;
    pages += 1;
  } while (ContinuationToken);
  return { keys, prefixes, pages };
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys come in the order of their bytes, in pages', async () => {
  const { s3, put } = await startS3();
  const keys = ['o/Z', 'o/a', 'o/a-1', 'o/a/1', 'o/a0', 'o/é', 'o/￿', 'o/😀'];
  await Promise.all(keys.map((key) => put(key)));
  expect(await listAll(s3, { MaxKeys: 3 })).toEqual({ keys: [...keys].sort(byBytes), prefixes: [], pages: 3 });
});

test('folders are common prefixes, each once, also over pages', async () => {
  const { s3, put } = await startS3();
  const keys = Array.from({ length: 36 }, (_, n) => `list/${String(n % 12).padStart(2, '0')}/${n}`);
  await Promise.all([...keys, 'list/file'].map((key) => put(key)));
  const folders = Array.from({ length: 12 }, (_, n) => `list/${String(n).padStart(2, '0')}/`);
  expect(await listAll(s3, { Prefix: 'list/', Delimiter: '/', MaxKeys: 5 })).toEqual({
    keys: ['list/file'],
    prefixes: folders,
    pages: 3,
  });
});

test('a listing can begin after a key', async () => {
  const { s3, put } = await startS3();
  for (const key of ['a', 'b/1', 'b/2', 'b/3', 'c']) await put(key);
  const page = await s3.listObjectsV2({ Bucket, Prefix: 'b/', StartAfter: 'b/1', MaxKeys: 1 });
  expect(page.Contents?.map(({ Key }) => Key)).toEqual(['b/2']);
  expect(page.IsTruncated).toBe(true);
});

test('fails when a token or a page size is none', async () => {
  const { s3 } = await startS3();
  await expect(s3.listObjectsV2({ Bucket, ContinuationToken: 'made up' })).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  await expect(s3.listObjectsV2({ Bucket, MaxKeys: -1 })).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('however a bucket is paged, everything is there once', async () => {
  const { s3, put } = await startS3();
  const key = fc
    .array(fc.constantFrom('a', 'b', '/', 'é', '😀', ' '), { minLength: 1, maxLength: 5 })
    .map((each) => each.join(''));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (names, MaxKeys) => {
      const keys = names.map((name) => `run/${name}`);
      await Promise.all(keys.map((each) => put(each)));
      const flat = await listAll(s3, { Prefix: 'run/', MaxKeys });
      expect(flat.keys).toEqual([...keys].sort(byBytes));
      const tree = await listAll(s3, { Prefix: 'run/', Delimiter: '/', MaxKeys });
      const folders = keys
        .filter((each) => each.indexOf('/', 4) >= 0)
        .map((each) => each.slice(0, each.indexOf('/', 4) + 1));
      expect(tree.prefixes).toEqual([...new Set(folders)].sort(byBytes));
      expect(tree.keys).toEqual(keys.filter((each) => each.indexOf('/', 4) < 0).sort(byBytes));
      await Promise.all(keys.map((Key) => s3.deleteObject({ Bucket, Key })));
    }),
    { numRuns: 15 },
  );
});
