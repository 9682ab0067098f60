import { AwsError } from '../../aws/aws-error.ts';
import type { S3Operation } from '../wire/call.ts';

export const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Throws BucketAlreadyOwnedByYou for one that is there. */
export const createBucket: S3Operation = async ({ store, clock, bucket, request }) => {
  // Where it is to be, which can only be here.
  request.resume();
  if (!bucketName.test(bucket)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400);
  if (await store.bucket(bucket)) {
    throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.', 409);
  }
  await store.createBucket(bucket, { createdAt: clock.now() });
  return { headers: { location: `/${bucket}` } };
};
