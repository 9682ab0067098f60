import { AwsError } from '../aws/aws-error.ts';
import type { Described, ObjectRecord } from './store/records.ts';
import type { Headers } from './wire/call.ts';

const keptHeaders = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'];
const metadataPrefix = 'x-amz-meta-';
const mostMetadataBytes = 2048;

/** What the headers of a write say of the object. Throws for more metadata than S3 keeps. */
export function readDescribed(headers: Headers): Described {
  const kept: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (keptHeaders.includes(name)) kept[name] = value;
    if (!name.startsWith(metadataPrefix)) continue;
    metadata[name.slice(metadataPrefix.length)] = value;
    bytes += name.length - metadataPrefix.length + value.length;
  }
  if (bytes > mostMetadataBytes) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: bytes,
      MaxSizeAllowed: mostMetadataBytes,
    });
  }
  const encodings = (headers['content-encoding'] ?? '').split(',').map((one) => one.trim());
  // How the body came, and nothing of what is in it.
  const encoding = encodings.filter((one) => one !== '' && one !== 'aws-chunked').join(',');
  return { headers: { ...kept, ...(encoding && { 'content-encoding': encoding }) }, metadata };
}

/** The headers with which an object is read, but for its length. */
export function describingHeaders(record: ObjectRecord): Record<string, string> {
  const metadata = Object.entries(record.metadata).map(([name, value]) => [metadataPrefix + name, value]);
  return {
    'content-type': 'binary/octet-stream',
    ...record.headers,
    ...Object.fromEntries(metadata),
    etag: `"${record.etag}"`,
    'last-modified': new Date(record.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
  };
}
