import { element, textElement } from '../../aws/xml.ts';
import { checksumElements } from '../checksums/checksum-answer.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';
import { absent } from './get-object.ts';

/** Those facts about an object that are asked for. */
export const getObjectAttributes: S3Operation = async (call) => {
  const record = await call.store.object(call.bucket, call.key);
  if (!record) throw absent(call);
  const asked = new Set((call.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim()));
  const only = (name: string, xml: string) => (asked.has(name) ? xml : '');
  return {
    headers: { 'last-modified': new Date(record.modifiedAt).toUTCString() },
    xml: s3Document(
      'GetObjectAttributesResponse',
      only('ETag', textElement('ETag', record.etag)),
      only('Checksum', record.checksum ? element('Checksum', checksumElements(record.checksum)) : ''),
      only('StorageClass', textElement('StorageClass', 'STANDARD')),
      only('ObjectSize', textElement('ObjectSize', record.size)),
    ),
  };
};
