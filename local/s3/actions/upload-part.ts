import { receiveBody } from '../bodies/receive-body.ts';
import { checksumHeaders } from '../checksums/checksum-answer.ts';
import { noSuchUpload, openUpload, readPartNumber } from '../uploads/open-upload.ts';
import type { S3Operation } from '../wire/call.ts';

/** Keeps a body as a part, in the place of the one before. Throws NoSuchUpload, also when the upload ends meanwhile. */
export const uploadPart: S3Operation = async (call) => {
  const { store, clock, bucket, key } = call;
  const number = readPartNumber(call.query['partNumber']);
  const { uploadId, upload } = await openUpload(call);
  const received = await receiveBody(call, upload.checksum?.algorithm);
  const part = { ...received, modifiedAt: clock.now() };
  if (!(await store.addPart({ bucket, key, uploadId }, number, part))) throw noSuchUpload();
  return { headers: { etag: `"${received.md5}"`, ...checksumHeaders(received.checksum) } };
};
