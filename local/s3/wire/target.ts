import { Buffer } from 'node:buffer';
import { AwsError } from '../../aws/aws-error.ts';
import { decodePath } from '../signing/authenticate.ts';

const longestKeyBytes = 1024;

/** Which bucket and object a request is about: the bucket is in the host's name or first in the path. */
export function readTarget(host: string, path: string, region: string): { bucket: string; key: string } {
  const [hostname = ''] = host.split(':');
  const inHost = new RegExp(`^(.+)\\.s3\\.(?:${region}\\.)?amazonaws\\.com$`).exec(hostname)?.[1];
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const first = slash < 0 ? rest : rest.slice(0, slash);
  const bucket = inHost ?? decodePath(first);
  const key = decodePath(inHost === undefined ? rest.slice(first.length + 1) : rest);
  if (Buffer.byteLength(key) > longestKeyBytes) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: longestKeyBytes,
    });
  }
  return { bucket, key };
}
