import type { S3Operation } from '../call.ts';

export const headBucket: S3Operation = async ({ region }) => ({ headers: { 'x-amz-bucket-region': region } });
