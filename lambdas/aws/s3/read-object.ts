import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { collectBytes } from '../collect-bytes.ts';
import type { Bucket } from './s3-client.ts';
import { storageError } from './storage-error.ts';

interface ReadObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

const missing: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound']);
const isNamed = (error: unknown, names: ReadonlySet<string>): boolean =>
  error instanceof Error && names.has(error.name);
const denied: ReadonlySet<string> = new Set(['AccessDenied']);

/** S3 says AccessDenied of what is missing where it may not say so; a list of that one name tells the two apart. */
async function isMissing({ client, name: Bucket }: Bucket, Key: string, error: unknown): Promise<boolean> {
  if (isNamed(error, missing)) return true;
  if (!isNamed(error, denied)) return false;
  const listed = await client
    .send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }))
    .catch(() => undefined);
  return listed !== undefined && listed.Contents?.[0]?.Key !== Key;
}

/** An object whole, of at most so many bytes; undefined when there is none. Throws `storage_unavailable`. */
export async function readObject(bucket: Bucket, Key: string, most: number): Promise<ReadObject | undefined> {
  try {
    const { Body, ETag } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key }));
    return { bytes: await collectBytes(Body as Readable, most, Key), etag: ETag ?? '' };
  } catch (error) {
    if (await isMissing(bucket, Key, error)) return undefined;
    throw storageError(bucket.name, error);
  }
}
