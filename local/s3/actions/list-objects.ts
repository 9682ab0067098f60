import { Buffer } from 'node:buffer';
import { element, textElement } from '../../aws/xml.ts';
import { readContinuation, writeContinuation } from '../listing/continuation.ts';
import { type Entry, listEntries } from '../listing/list-entries.ts';
import { readPageSize } from '../listing/page-size.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** ListObjectsV2. */
export const listObjects: S3Operation = async ({ store, bucket, query }) => {
  const prefix = query['prefix'] ?? '';
  const delimiter = query['delimiter'] ?? '';
  const most = readPageSize('max-keys', query['max-keys']);
  const startAfter = query['start-after'] ?? '';
  const continuation = readContinuation(query['continuation-token']);
  const from = continuation ?? { after: Buffer.from(startAfter), isPrefix: false };
  const entries: Entry[] = [];
  let isTruncated = false;
  for await (const entry of most === 0 ? [] : listEntries(store, { bucket, prefix, delimiter, from })) {
    isTruncated = entries.length === most;
    if (isTruncated) break;
    entries.push(entry);
  }
  const last = entries.at(-1);
  const name = query['encoding-type'] === 'url' ? encodeName : (text: string) => text;
  const token = query['continuation-token'];
  return {
    xml: s3Document(
      'ListBucketResult',
      textElement('Name', bucket),
      textElement('Prefix', name(prefix)),
      textElement('Delimiter', delimiter === '' ? undefined : name(delimiter)),
      textElement('StartAfter', startAfter === '' ? undefined : name(startAfter)),
      textElement('MaxKeys', most),
      textElement('EncodingType', query['encoding-type']),
      textElement('KeyCount', entries.length),
      textElement('IsTruncated', isTruncated),
      textElement('ContinuationToken', token),
      textElement('NextContinuationToken', isTruncated && last ? writeContinuation(last) : undefined),
      ...entries.map((entry) => asElement(entry, name)),
    ),
  };
};

function asElement({ name, record }: Entry, encode: (text: string) => string): string {
  if (!record) return element('CommonPrefixes', textElement('Prefix', encode(name)));
  return element(
    'Contents',
    textElement('Key', encode(name)),
    textElement('LastModified', new Date(record.modifiedAt).toISOString()),
    textElement('ETag', `"${record.etag}"`),
    ...(record.checksum
      ? [textElement('ChecksumAlgorithm', record.checksum.algorithm), textElement('ChecksumType', record.checksum.type)]
      : []),
    textElement('Size', record.size),
    textElement('StorageClass', 'STANDARD'),
  );
}

const encodeName = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');
