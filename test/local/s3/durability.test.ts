import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { S3 } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, temporaryFolder } from '../../support/machines/compute.ts';
import { Bucket, startS3 } from './start-s3.ts';

async function serve(dir: string): Promise<{ s3: S3; child: ChildProcess }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./serve-s3.ts', import.meta.url)), dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const { url, credentials } = JSON.parse(line);
  const s3 = new S3({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => s3.destroy());
  return { s3, child };
}

/** The files that hold contents, and those that were to. */
function blobsIn(dir: string): string[] {
  const files = readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name);
}

test('everything is there after a restart, uploads that had begun included', async () => {
  const dir = temporaryFolder();
  const first = await startS3({ dir });
  await first.put('a', 'kept');
  const { UploadId } = await first.s3.createMultipartUpload({ Bucket, Key: 'b' });
  const { ETag } = await first.s3.uploadPart({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: 'part' });
  await first.stop();
  const second = await startS3({ dir });
  expect(await second.read('a')).toBe('kept');
  const Parts = [{ PartNumber: 1, ETag }];
  await second.s3.completeMultipartUpload({ Bucket, Key: 'b', UploadId, MultipartUpload: { Parts } });
  expect(await second.read('b')).toBe('part');
});

test('a kill in the middle of writing loses nothing that was answered, and leaves each object whole', async () => {
  const dir = temporaryFolder();
  const { s3, child } = await serve(dir);
  const answered = new Map<string, number>();
  const write = async (writer: number) => {
    for (let round = 1; ; round++) {
      const Key = `${writer}/${round % 5}`;
      await s3.putObject({ Bucket, Key, Body: Buffer.alloc(20_000, round % 256) });
      answered.set(Key, round);
      if (writer === 0 && round === 20) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled([0, 1, 2, 3, 4, 5, 6, 7].map(write));
  expect(answered.size).toBeGreaterThan(20);

  const again = await startS3({ dir });
  for (const [Key, round] of answered) {
    const bytes = await (await again.s3.getObject({ Bucket, Key })).Body?.transformToByteArray();
    expect(bytes).toHaveLength(20_000);
    // The next round of the same key may have been written, though not answered.
    const found = bytes?.[0];
    expect([round % 256, (round + 5) % 256]).toContain(found);
    expect(bytes?.every((byte) => byte === found)).toBe(true);
  }
  const { KeyCount } = await again.s3.listObjectsV2({ Bucket });
  expect(blobsIn(dir)).toHaveLength(KeyCount ?? 0);
});

test('contents that no record names are gone after a start, and named ones stay', async () => {
  const dir = temporaryFolder();
  const first = await startS3({ dir });
  await first.put('a', 'kept');
  await first.stop();
  const orphan = randomBytes(16).toString('hex');
  await mkdir(join(dir, 'blobs', orphan.slice(0, 2)), { recursive: true });
  await writeFile(join(dir, 'blobs', orphan.slice(0, 2), orphan), 'waste');
  await writeFile(join(dir, 'blobs', 'incoming', orphan), 'half');
  const second = await startS3({ dir });
  expect(blobsIn(dir)).toHaveLength(1);
  expect(await second.read('a')).toBe('kept');
});

test('what is replaced, removed, aborted or refused leaves no file', async () => {
  const dir = temporaryFolder();
  const { s3, put } = await startS3({ dir });
  await put('a', '1');
  await put('a', '2');
  await s3.deleteObject({ Bucket, Key: 'a' });
  await expect(s3.putObject({ Bucket, Key: 'a', Body: 'x', ChecksumCRC32: 'AAAAAA==' })).rejects.toThrow();
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'b' });
  for (const Body of ['1', '2']) await s3.uploadPart({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body });
  await s3.abortMultipartUpload({ Bucket, Key: 'b', UploadId });
  await eventually(() => blobsIn(dir).length === 0);
});

test('a folder that is open elsewhere is refused', async () => {
  const dir = temporaryFolder();
  await serve(dir);
  await expect(startS3({ dir })).rejects.toThrow(/can't be opened; does another process use it/);
});
