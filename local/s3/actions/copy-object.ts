import { AwsError } from '../../aws/aws-error.ts';
import { textElement } from '../../aws/xml.ts';
import { algorithmNamed } from '../checksums/algorithms.ts';
import { checksumElements } from '../checksums/checksum-answer.ts';
import { copyContents } from '../copies/copy-contents.ts';
import { openSource, readSource } from '../copies/copy-source.ts';
import { readDescribed } from '../described.ts';
import { writeCondition } from '../preconditions.ts';
import type { StoredChecksum } from '../store/records.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

const largestCopy = 5 * 1024 ** 3;

/** Copies an object of up to 5 GB, with its description unless the call brings another. */
export const copyObject: S3Operation = async (call) => {
  const { store, clock, bucket, key, headers } = call;
  const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE';
  const place = readSource(headers['x-amz-copy-source']);
  if (place.bucket === bucket && place.key === key && !isReplaced) {
    throw new AwsError('InvalidRequest', 'This copy request is illegal because it changes nothing of the object.', 400);
  }
  const condition = writeCondition(headers);
  const asked = algorithmNamed(headers['x-amz-checksum-algorithm'] ?? '');
  const source = await openSource(call, place);
  const { size, headers: described, metadata } = source.record;
  if (size > largestCopy) {
    await source.release();
    throw new AwsError('InvalidRequest', 'The specified copy source is larger than the maximum allowable size', 400);
  }
  const range = { start: 0, end: size - 1 };
  const copied = await copyContents(store.blobs, source, range, asked ?? source.record.checksum?.algorithm);
  const checksum: StoredChecksum | null = copied.checksum && { ...copied.checksum, type: 'FULL_OBJECT' };
  const modifiedAt = clock.now();
  const record = {
    ...(isReplaced ? readDescribed(headers) : { headers: described, metadata }),
    size,
    etag: copied.md5,
    modifiedAt,
    blobs: [copied.blob],
    checksum,
  };
  try {
    await store.replace({ bucket, key }, record, condition);
  } catch (error) {
    await store.blobs.remove([copied.blob]);
    throw error;
  }
  const told = [
    textElement('ETag', `"${copied.md5}"`),
    textElement('LastModified', new Date(modifiedAt).toISOString()),
  ];
  return { xml: s3Document('CopyObjectResult', ...told, checksumElements(checksum)) };
};
