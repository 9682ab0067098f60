import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../contract/clock.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { Principals } from '../../aws/keys.ts';
import { Access, bucketArn, objectArn } from '../access.ts';
import { bucketName } from '../actions/create-bucket.ts';
import { authenticate } from '../signing/authenticate.ts';
import type { Query } from '../signing/read-signature.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Headers, S3Call } from './call.ts';
import { findOperation } from './find-operation.ts';
import type { OperationRow } from './operations.ts';
import { readTarget } from './target.ts';

export interface S3World {
  readonly store: ObjectStore;
  readonly principals: Principals;
  readonly region: string;
  /** Of the objects' times. Signatures and expiries go by the clock of `principals`. */
  readonly clock: Clock;
}

/** Who asks for which operation on what. Throws what S3 answers to somebody unknown, and to one who may not. */
export async function readCall(
  request: IncomingMessage,
  { store, principals, region, clock }: S3World,
): Promise<{ call: Omit<S3Call, 'bodyFaults'>; row: OperationRow }> {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const { bucket, key } = readTarget(request.headers.host ?? '', path, region);
  const { signer, signature, query: signed } = await authenticate(request, { principals, region });
  const { query, headers } = spread(request, signed);
  const row = findOperation({ method: request.method ?? '', bucket, key, query, headers });
  const access = new Access(signer);
  requireRight(row, access, { bucket, key, query, headers });
  if (row.on !== 'service' && row.name !== 'CreateBucket') await requireBucket(store, bucket);
  const call = { store, clock, region, request, headers, query, bucket, key, signature, access };
  return { call, row };
}

/** What a presigned URL says in its query in the place of headers is told from the query proper. */
function spread(request: IncomingMessage, signed: Query) {
  const query: Record<string, string> = {};
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(signed)) {
    const text = Array.isArray(value) ? value.join(',') : value;
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-amz-')) query[name] = text;
    else if (!signingFields.has(lower)) headers[lower] = text;
  }
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return { query, headers: headers as Headers };
}

const signingFields = new Set(
  ['algorithm', 'credential', 'date', 'expires', 'signedheaders', 'security-token', 'content-sha256'].map(
    (name) => `x-amz-${name}`,
  ),
);

function requireRight(
  { right, on }: OperationRow,
  access: Access,
  { bucket, key, query, headers }: Pick<S3Call, 'bucket' | 'key' | 'query' | 'headers'>,
): void {
  if (right === undefined) return;
  if (on === 'service') access.require(right, '*');
  if (on === 'bucket') access.require(right, bucketArn(bucket), listConditions(query));
  if (on !== 'object') return;
  access.require(right, objectArn(bucket, key));
  // Who learns from a refusal what is there has read it.
  if (right !== 's3:GetObject' && headers['if-match'] !== undefined)
    access.require('s3:GetObject', objectArn(bucket, key));
}

const listConditions = (query: S3Call['query']) => ({
  's3:prefix': query['prefix'],
  's3:delimiter': query['delimiter'],
  's3:max-keys': query['max-keys'],
});

async function requireBucket(store: ObjectStore, bucket: string): Promise<void> {
  if (bucketName.test(bucket) && (await store.bucket(bucket))) return;
  throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
}
