import { writeCondition } from '../preconditions.ts';
import type { S3Operation } from '../wire/call.ts';

/** Removes an object, or with If-Match this one only. */
export const deleteObject: S3Operation = async ({ store, bucket, key, headers }) => {
  const condition = writeCondition(headers);
  await store.remove(bucket, key, headers['if-match'] === undefined ? undefined : condition);
  return { status: 204 };
};
