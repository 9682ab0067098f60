import { receiveBody } from '../bodies/receive-body.ts';
import { checksumHeaders } from '../checksums/checksum-answer.ts';
import { readDescribed } from '../described.ts';
import { writeCondition } from '../preconditions.ts';
import type { StoredChecksum } from '../store/records.ts';
import type { S3Operation } from '../wire/call.ts';

/** Keeps a body as an object, in the place of the one before, if the conditions of the call hold when it is whole. */
export const putObject: S3Operation = async (call) => {
  const { store, clock, bucket, key, headers } = call;
  const condition = writeCondition(headers);
  const described = readDescribed(headers);
  // Who can't win needn't send its body; who can is asked again when it has.
  condition(await store.object(bucket, key));
  const { blob, md5, checksum: received } = await receiveBody(call);
  const checksum: StoredChecksum | null = received && { ...received, type: 'FULL_OBJECT' };
  const record = { ...described, size: blob.size, etag: md5, modifiedAt: clock.now(), blobs: [blob], checksum };
  try {
    await store.replace({ bucket, key }, record, condition);
  } catch (error) {
    await store.blobs.remove([blob]);
    throw error;
  }
  return { headers: { etag: `"${md5}"`, ...checksumHeaders(checksum) } };
};
