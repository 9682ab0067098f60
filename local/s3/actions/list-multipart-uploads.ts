import { Buffer } from 'node:buffer';
import { element, textElement } from '../../aws/xml.ts';
import { readPageSize } from '../listing/page-size.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** Uploads that are under way, by key and then by id, in pages. */
export const listMultipartUploads: S3Operation = async ({ store, bucket, query }) => {
  const prefix = query['prefix'] ?? '';
  const most = readPageSize('max-uploads', query['max-uploads']);
  const marker = placeOf(query['key-marker'] ?? '', query['upload-id-marker'] ?? '\xff');
  const found = [];
  for await (const each of store.uploads(bucket)) {
    const place = placeOf(each.key, each.uploadId);
    const isAfter = query['key-marker'] === undefined || Buffer.compare(place, marker) > 0;
    if (each.key.startsWith(prefix) && isAfter) found.push({ ...each, place });
  }
  found.sort((a, b) => Buffer.compare(a.place, b.place));
  const page = found.slice(0, most);
  const isTruncated = page.length < found.length;
  const last = isTruncated ? page.at(-1) : undefined;
  return {
    xml: s3Document(
      'ListMultipartUploadsResult',
      textElement('Bucket', bucket),
      textElement('Prefix', prefix),
      textElement('MaxUploads', most),
      textElement('IsTruncated', isTruncated),
      textElement('NextKeyMarker', last?.key),
      textElement('NextUploadIdMarker', last?.uploadId),
      ...page.map(({ key, uploadId, upload }) =>
        element(
          'Upload',
          textElement('Key', key),
          textElement('UploadId', uploadId),
          textElement('Initiated', new Date(upload.startedAt).toISOString()),
        ),
      ),
    ),
  };
};

/** By key, then by id. */
const placeOf = (key: string, uploadId: string): Buffer => Buffer.from(`${key}\0${uploadId}`);
