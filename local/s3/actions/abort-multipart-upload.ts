import { endUpload } from '../uploads/end-upload.ts';
import { openUpload } from '../uploads/open-upload.ts';
import type { S3Operation } from '../wire/call.ts';

/** Ends an upload; its parts go. Throws NoSuchUpload, also the second time. */
export const abortMultipartUpload: S3Operation = async (call) => {
  const { uploadId } = await openUpload(call);
  await endUpload(call.store, { bucket: call.bucket, key: call.key, uploadId });
  return { status: 204 };
};
