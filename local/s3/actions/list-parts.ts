import { element, textElement } from '../../aws/xml.ts';
import { checksumElements } from '../checksums/checksum-answer.ts';
import { readPageSize } from '../listing/page-size.ts';
import type { PartRecord } from '../store/records.ts';
import { openUpload } from '../uploads/open-upload.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** What has come of an upload, by number, in pages. */
export const listParts: S3Operation = async (call) => {
  const { store, bucket, key, query } = call;
  const { uploadId } = await openUpload(call);
  const most = readPageSize('max-parts', query['max-parts']);
  const marker = Number(query['part-number-marker'] ?? 0);
  const all = [...(await store.parts(bucket, uploadId))].filter(([number]) => number > marker);
  const page = all.slice(0, most);
  const isTruncated = page.length < all.length;
  return {
    xml: s3Document(
      'ListPartsResult',
      textElement('Bucket', bucket),
      textElement('Key', key),
      textElement('UploadId', uploadId),
      textElement('MaxParts', most),
      textElement('IsTruncated', isTruncated),
      textElement('NextPartNumberMarker', isTruncated ? page.at(-1)?.[0] : undefined),
      ...page.map(asElement),
    ),
  };
};

const asElement = ([number, { md5, blob, modifiedAt, checksum }]: [number, PartRecord]): string =>
  element(
    'Part',
    textElement('PartNumber', number),
    textElement('LastModified', new Date(modifiedAt).toISOString()),
    textElement('ETag', `"${md5}"`),
    textElement('Size', blob.size),
    checksumElements(checksum),
  );
