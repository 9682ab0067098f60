import { AwsError } from '../../aws/aws-error.ts';
import type { UploadRecord } from '../store/records.ts';
import type { S3Call } from '../wire/call.ts';

/** S3's answer to an upload that was aborted, completed or never begun. */
export const noSuchUpload = () =>
  new AwsError(
    'NoSuchUpload',
    'The specified multipart upload does not exist. It may have been aborted or completed.',
    404,
  );

/** The upload that a call names, which is of the key it names. Throws NoSuchUpload. */
export async function openUpload({
  store,
  bucket,
  key,
  query,
}: S3Call): Promise<{ uploadId: string; upload: UploadRecord }> {
  const { uploadId = '' } = query;
  // Ids are made here; whatever else somebody sends must not meet the index's own keys.
  const upload = /^[\w-]{32}$/.test(uploadId) ? await store.upload(bucket, uploadId, key) : undefined;
  if (!upload) throw noSuchUpload();
  return { uploadId, upload };
}

/** Throws S3's answer to a number that no part can have. */
export function readPartNumber(given = ''): number {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (number >= 1 && number <= 10_000) return number;
  throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', 400, {
    ArgumentName: 'partNumber',
    ArgumentValue: given,
  });
}
