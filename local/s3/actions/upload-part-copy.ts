import { AwsError } from '../../aws/aws-error.ts';
import { textElement } from '../../aws/xml.ts';
import { checksumElements } from '../checksums/checksum-answer.ts';
import { copyContents } from '../copies/copy-contents.ts';
import { openSource, readSource } from '../copies/copy-source.ts';
import { noSuchUpload, openUpload, readPartNumber } from '../uploads/open-upload.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** Makes a part of another object, or of a range of it. */
export const uploadPartCopy: S3Operation = async (call) => {
  const { store, clock, bucket, key, headers } = call;
  const number = readPartNumber(call.query['partNumber']);
  const { uploadId, upload } = await openUpload(call);
  const source = await openSource(call, readSource(headers['x-amz-copy-source']));
  const range = rangeOf(headers['x-amz-copy-source-range'], source.record.size);
  if (!range) {
    await source.release();
    throw new AwsError(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last',
      400,
    );
  }
  const copied = await copyContents(store.blobs, source, range, upload.checksum?.algorithm);
  const modifiedAt = clock.now();
  if (!(await store.addPart({ bucket, key, uploadId }, number, { ...copied, modifiedAt }))) throw noSuchUpload();
  return {
    xml: s3Document(
      'CopyPartResult',
      textElement('ETag', `"${copied.md5}"`),
      textElement('LastModified', new Date(modifiedAt).toISOString()),
      checksumElements(copied.checksum),
    ),
  };
};

/** Undefined for what isn't a range within the source. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  if (header === undefined) return { start: 0, end: size - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  return first !== undefined && start <= end && end < size ? { start, end } : undefined;
}
