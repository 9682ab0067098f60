import type { S3Operation } from '../wire/call.ts';

/** That the bucket is there, which is known by now. */
export const headBucket: S3Operation = async ({ region }) => ({ headers: { 'x-amz-bucket-region': region } });
