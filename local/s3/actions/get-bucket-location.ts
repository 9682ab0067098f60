import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** Of the first region S3 has no name. */
export const getBucketLocation: S3Operation = async ({ region }) => ({
  xml: s3Document('LocationConstraint', region === 'us-east-1' ? '' : region),
});
