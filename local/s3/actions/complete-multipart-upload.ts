import { createHash } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { textElement } from '../../aws/xml.ts';
import { readXml } from '../bodies/read-xml.ts';
import { checksumElements } from '../checksums/checksum-answer.ts';
import { checkWholeChecksum, wholeChecksum } from '../checksums/whole-checksum.ts';
import { writeCondition } from '../preconditions.ts';
import type { PartRecord } from '../store/records.ts';
import { noSuchUpload, openUpload } from '../uploads/open-upload.ts';
import { readPartList } from '../uploads/part-list.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** Makes the parts that are named, in their order, into the object. Parts that aren't named go. */
export const completeMultipartUpload: S3Operation = async (call) => {
  const { store, clock, bucket, key, headers } = call;
  const condition = writeCondition(headers);
  const { uploadId } = await openUpload(call);
  const document = await readXml(call);
  const { record, unused } = await store.holdUpload(uploadId, async () => {
    const upload = await store.upload(bucket, uploadId, key);
    if (!upload) throw noSuchUpload();
    const present = await store.parts(bucket, uploadId);
    const parts = readPartList(document, present, upload.checksum);
    const size = parts.reduce((sum, { blob }) => sum + blob.size, 0);
    checkSize(headers['x-amz-mp-object-size'], size);
    const checksum = wholeChecksum(parts, upload.checksum);
    checkWholeChecksum(headers, checksum);
    const record = {
      headers: upload.headers,
      metadata: upload.metadata,
      size,
      etag: etagOf(parts),
      modifiedAt: clock.now(),
      blobs: parts.map(({ blob }) => blob),
      checksum,
    };
    const end = store.endOfUpload(bucket, uploadId, key, present.keys());
    await store.replace({ bucket, key }, record, condition, end);
    const used = new Set(parts);
    return { record, unused: [...present.values()].filter((part) => !used.has(part)) };
  });
  await store.blobs.remove(unused.map(({ blob }) => blob));
  const told = [textElement('Bucket', bucket), textElement('Key', key), textElement('ETag', `"${record.etag}"`)];
  return { xml: s3Document('CompleteMultipartUploadResult', ...told, checksumElements(record.checksum)) };
};

/** S3's: the hash of the parts' hashes, and how many they are. */
function etagOf(parts: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const { md5 } of parts) hash.update(md5, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

function checkSize(header: string | undefined, size: number): void {
  if (header === undefined || Number(header) === size) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${header} does not match what was computed: ${size}`;
  throw new AwsError('InvalidRequest', message, 400);
}
