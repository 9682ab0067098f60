import { AwsError } from '../../aws/aws-error.ts';
import { bucketArn, objectArn } from '../access.ts';
import { noSuchKey } from '../preconditions.ts';
import { decodePath } from '../signing/authenticate.ts';
import type { PinnedObject } from '../store/object-store.ts';
import type { S3Call } from '../wire/call.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** Where `x-amz-copy-source` points to. */
export function readSource(header = ''): Place {
  if (header.includes('?')) {
    throw new AwsError('NotImplemented', 'copying a version of an object is not implemented: there are none', 501);
  }
  const [bucket = '', ...key] = decodePath(header).replace(/^\//, '').split('/');
  if (bucket === '' || key.join('/') === '') {
    throw new AwsError(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      400,
    );
  }
  return { bucket, key: key.join('/') };
}

/** The object there, pinned, if the caller may read it. */
export async function openSource({ store, access }: S3Call, { bucket, key }: Place): Promise<PinnedObject> {
  access.require('s3:GetObject', objectArn(bucket, key));
  const pinned = await store.pinObject(bucket, key);
  if (pinned) return pinned;
  access.require('s3:ListBucket', bucketArn(bucket));
  throw noSuchKey(key);
}
