import { AwsError } from '../../aws/aws-error.ts';
import type { Headers } from './call.ts';
import { type OperationRow, operations } from './operations.ts';

interface Asked {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Headers;
}

/** The headers of S3's own that are read somewhere. Any other would ask for something that isn't done. */
const knownHeaders = new Set(
  [
    'date',
    'content-sha256',
    'security-token',
    'user-agent',
    'decoded-content-length',
    'trailer',
    'sdk-checksum-algorithm',
    'copy-source',
    'copy-source-range',
    'metadata-directive',
    'mp-object-size',
    'object-attributes',
  ].map((name) => `x-amz-${name}`),
);
const knownBeginnings = ['x-amz-meta-', 'x-amz-checksum-'];

/** The operation that is asked for. Throws NotImplemented for one that isn't here, or that is asked for more than it does. */
export function findOperation(asked: Asked): OperationRow {
  const on = asked.bucket === '' ? 'service' : asked.key === '' ? 'bucket' : 'object';
  // Those with `x-id` name the operation for logs; the rest is what the request means.
  const names = Object.keys(asked.query).filter((name) => name !== 'x-id');
  const copies = asked.headers['x-amz-copy-source'] !== undefined;
  const found = operations.find(
    (row) =>
      row.method === asked.method &&
      row.on === on &&
      (row.copies ?? false) === copies &&
      (row.has ?? []).every((name) => names.includes(name)) &&
      names.every((name) => row.has?.includes(name) || row.takes?.includes(name)),
  );
  const isOldListing = names.includes('list-type') && asked.query['list-type'] !== '2';
  if (!found || isOldListing) {
    const what = [asked.method, on, ...names].join(' ');
    throw new AwsError('NotImplemented', `no operation here is asked for by ${what}`, 501);
  }
  checkHeaders(asked.headers);
  return found;
}

function checkHeaders(headers: Headers): void {
  const unknown = Object.entries(headers).find(
    ([name, value]) =>
      name.startsWith('x-amz-') &&
      !knownHeaders.has(name) &&
      !knownBeginnings.some((beginning) => name.startsWith(beginning)) &&
      !(name === 'x-amz-server-side-encryption' && value === 'AES256'),
  );
  if (!unknown) return;
  throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
    Header: unknown[0],
  });
}
