import { Buffer } from 'node:buffer';
import { AwsError } from '../../aws/aws-error.ts';
import type { S3Operation } from '../wire/call.ts';

/** Throws BucketNotEmpty while it has an object. */
export const deleteBucket: S3Operation = async ({ store, bucket }) => {
  for await (const _ of store.objects(bucket, { at: Buffer.alloc(0), isAfter: false })) {
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
  }
  await store.removeBucket(bucket);
  return { status: 204 };
};
