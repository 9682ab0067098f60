import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { CompletedPart, CreateMultipartUploadCommandInput, UploadPartCommandOutput } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect, test } from 'vitest';
import { Bucket, startS3 } from './start-s3.ts';

type Client = Awaited<ReturnType<typeof startS3>>['s3'];

const Key = 'whole';
const partBytes = 5 * 1024 ** 2;
const contents = Buffer.concat([randomBytes(1024), Buffer.alloc(2 * partBytes, 7)]);
const pieces = [
  contents.subarray(0, partBytes),
  contents.subarray(partBytes, 2 * partBytes),
  contents.subarray(2 * partBytes),
];

const numbered = (answer: UploadPartCommandOutput, index: number): CompletedPart => ({
  ...(answer.ETag && { ETag: answer.ETag }),
  ...(answer.ChecksumSHA256 && { ChecksumSHA256: answer.ChecksumSHA256 }),
  ...(answer.ChecksumCRC32 && { ChecksumCRC32: answer.ChecksumCRC32 }),
  PartNumber: index + 1,
});

/** Begins an upload and sends the three pieces. */
async function begin(s3: Client, options: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key, ...options });
  const ChecksumAlgorithm = options.ChecksumAlgorithm;
  const answers = await Promise.all(
    pieces.map((Body, index) =>
      s3.uploadPart({
        Bucket,
        Key,
        UploadId,
        PartNumber: index + 1,
        Body,
        ...(ChecksumAlgorithm && { ChecksumAlgorithm }),
      }),
    ),
  );
  const Parts = answers.map(numbered);
  return {
    UploadId,
    Parts,
    complete: (more: object = {}) =>
      s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  };
}

const readWhole = async (s3: Client) => (await s3.getObject({ Bucket, Key })).Body?.transformToByteArray();

test('the parts of an upload are the object, in their order, described as at its beginning', async () => {
  const { s3 } = await startS3();
  const upload = await begin(s3, { Metadata: { m: '1' }, ContentType: 'text/x-mp' });
  const listed = await s3.listParts({ Bucket, Key, UploadId: upload.UploadId, MaxParts: 2 });
  expect(listed.Parts?.map(({ Size }) => Size)).toEqual([partBytes, partBytes]);
  expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
  const done = await upload.complete();
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  expect(Buffer.compare((await readWhole(s3)) ?? Buffer.alloc(0), contents)).toBe(0);
  expect(await s3.headObject({ Bucket, Key })).toMatchObject({ Metadata: { m: '1' }, ContentType: 'text/x-mp' });
  const part = await s3.getObject({ Bucket, Key, Range: `bytes=${partBytes - 2}-${partBytes + 1}` });
  expect(Buffer.from((await part.Body?.transformToByteArray()) ?? [])).toEqual(
    contents.subarray(partBytes - 2, partBytes + 2),
  );
  await expect(upload.complete()).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a part that is sent again takes the place of the one before', async () => {
  const { s3, read } = await startS3();
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const send = (Body: string) => s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body });
  const [first, second] = [await send('first'), await send('second')];
  const complete = ({ ETag }: UploadPartCommandOutput) =>
    s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
  await expect(complete(first)).rejects.toMatchObject({ name: 'InvalidPart' });
  await complete(second);
  expect(await read(Key)).toBe('second');
});

test('an aborted upload is over, and no upload is found under another key', async () => {
  const { s3 } = await startS3();
  const { UploadId } = await begin(s3);
  expect((await s3.listMultipartUploads({ Bucket })).Uploads).toMatchObject([{ Key, UploadId }]);
  await expect(s3.listParts({ Bucket, Key: 'other', UploadId })).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await s3.abortMultipartUpload({ Bucket, Key, UploadId });
  expect((await s3.listMultipartUploads({ Bucket })).Uploads).toBeUndefined();
  await expect(s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' })).rejects.toMatchObject({
    name: 'NoSuchUpload',
  });
});

test('completing keeps its condition, and the upload when that fails', async () => {
  const { s3, put } = await startS3();
  await put(Key, 'there');
  const upload = await begin(s3);
  await expect(upload.complete({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await upload.complete();
});

test('fails when parts are out of order, too small, missing, or numbered as none can be', async () => {
  const { s3 } = await startS3();
  const upload = await begin(s3);
  const [first, second, third] = upload.Parts as [CompletedPart, CompletedPart, CompletedPart];
  const complete = (...Parts: CompletedPart[]) => upload.complete({ MultipartUpload: { Parts } });
  await expect(complete(second, first)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(first, { ...third, PartNumber: 9 })).rejects.toMatchObject({ name: 'InvalidPart' });
  const last = await s3.uploadPart({ Bucket, Key, UploadId: upload.UploadId, PartNumber: 4, Body: 'end' });
  await expect(complete(third, numbered(last, 3))).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await expect(
    s3.uploadPart({ Bucket, Key, UploadId: upload.UploadId, PartNumber: 10_001, Body: 'x' }),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('parts with SHA-256 make a composite checksum, and have to be named with theirs', async () => {
  const { s3 } = await startS3();
  const upload = await begin(s3, { ChecksumAlgorithm: 'SHA256' });
  const bare = upload.Parts.map(({ ChecksumSHA256: _gone, ...part }) => part);
  await expect(upload.complete({ MultipartUpload: { Parts: bare } })).rejects.toMatchObject({ name: 'InvalidRequest' });
  const done = await upload.complete();
  const sums = pieces.map((piece) => createHash('sha256').update(piece).digest());
  const composite = createHash('sha256').update(Buffer.concat(sums)).digest('base64');
  expect(done).toMatchObject({ ChecksumSHA256: `${composite}-3`, ChecksumType: 'COMPOSITE' });
});

test('parts with CRC32 can make the checksum of the whole, without any byte being read again', async () => {
  const { s3 } = await startS3();
  const upload = await begin(s3, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
  await expect(upload.complete({ ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
  const whole = Buffer.alloc(4);
  whole.writeUInt32BE(crc32(contents));
  expect(await upload.complete()).toMatchObject({
    ChecksumCRC32: whole.toString('base64'),
    ChecksumType: 'FULL_OBJECT',
  });
});

test('a part with a checksum of another kind than the upload’s is refused', async () => {
  const { s3 } = await startS3();
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key, ChecksumAlgorithm: 'SHA256' });
  await expect(
    s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'CRC32C' }),
  ).rejects.toMatchObject({ name: 'InvalidRequest' });
});

test('a part can be copied from another object, whole or a range of it', async () => {
  const { s3, put, read } = await startS3();
  await put('source', '0123456789');
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const copy = { Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` };
  await expect(s3.uploadPartCopy({ ...copy, CopySourceRange: 'bytes=5-10' })).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  const { CopyPartResult } = await s3.uploadPartCopy({ ...copy, CopySourceRange: 'bytes=2-4' });
  const Parts = [{ PartNumber: 1, ETag: String(CopyPartResult?.ETag) }];
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  expect(await read(Key)).toBe('234');
});

test('the SDK’s own uploader brings a stream of unknown length', async () => {
  const { s3 } = await startS3();
  const slices = function* () {
    for (let at = 0; at < contents.length; at += 65_536) yield contents.subarray(at, at + 65_536);
  };
  await new Upload({ client: s3, params: { Bucket, Key, Body: Readable.from(slices()) } }).done();
  expect(Buffer.compare((await readWhole(s3)) ?? Buffer.alloc(0), contents)).toBe(0);
});
