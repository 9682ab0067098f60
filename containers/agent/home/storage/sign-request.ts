import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { StorageCredentials } from '../../../../contract/home/credentials.ts';
import { Sha256 } from '../../reports/sha256.ts';

export interface ToSign {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  /** As S3 has it, escaped: nothing in the keys of homes needs that. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the body; S3 refuses another one. */
  readonly sha256?: string;
}

const ofNothing = createHash('sha256').digest('hex');

/** The address of the bucket, the same on AWS and behind a link. */
export const bucketHost = ({ bucket, region }: StorageCredentials): string => `${bucket}.s3.${region}.amazonaws.com`;

/** The headers of a request to the bucket, signed with the session's credentials at a time. */
export async function signRequest(
  { method, path, query = {}, headers = {}, sha256 = ofNothing }: ToSign,
  credentials: StorageCredentials,
  nowMs: number,
): Promise<Record<string, string>> {
  const host = bucketHost(credentials);
  const signer = new SignatureV4({
    service: 's3',
    region: credentials.region,
    credentials: {
      accessKeyId: credentials.access_key_id,
      secretAccessKey: credentials.secret_access_key,
      sessionToken: credentials.session_token,
    },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname: host,
      path,
      query: { ...query },
      headers: { ...headers, host, 'x-amz-content-sha256': sha256 },
    },
    { signingDate: new Date(nowMs) },
  );
  return signed.headers;
}
