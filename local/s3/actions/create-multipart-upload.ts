import { randomBytes } from 'node:crypto';
import { AwsError } from '../../aws/aws-error.ts';
import { textElement } from '../../aws/xml.ts';
import { algorithmNamed, algorithmOf, type ChecksumType } from '../checksums/algorithms.ts';
import { readDescribed } from '../described.ts';
import type { UploadRecord } from '../store/records.ts';
import type { Headers, S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** Begins an upload in parts, and settles what checksum they have. */
export const createMultipartUpload: S3Operation = async ({ store, clock, bucket, key, headers, request }) => {
  request.resume();
  const checksum = readChecksum(headers);
  const uploadId = randomBytes(24).toString('base64url');
  await store.startUpload(bucket, uploadId, key, { ...readDescribed(headers), startedAt: clock.now(), checksum });
  const told = [textElement('Bucket', bucket), textElement('Key', key), textElement('UploadId', uploadId)];
  return {
    headers: checksum ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type } : {},
    xml: s3Document('InitiateMultipartUploadResult', ...told),
  };
};

function readChecksum(headers: Headers): UploadRecord['checksum'] {
  const [named, type] = [headers['x-amz-checksum-algorithm'], headers['x-amz-checksum-type']];
  if (named === undefined && type === undefined) return null;
  const algorithm = algorithmNamed(named ?? '');
  if (!algorithm)
    throw invalid('Checksum algorithm provided is unsupported. Please try again with any of the valid types');
  const { types } = algorithmOf(algorithm);
  const chosen = (type ?? types[0]) as ChecksumType;
  if (types.includes(chosen)) return { algorithm, type: chosen };
  throw invalid(`The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
}

const invalid = (message: string) => new AwsError('InvalidRequest', message, 400);
