import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { parseAuthorization } from '../../aws/authorization.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { Credentials, IssuedKey, Principals } from '../../aws/keys.ts';
import { parseQuery } from '../../aws/parse-query.ts';
import { Sha256 } from '../../aws/sha256.ts';
import { type GivenSignature, type Query, readSignature } from './read-signature.ts';

export interface Authenticated {
  readonly signer: IssuedKey;
  readonly signature: GivenSignature;
  readonly query: Query;
}

const maxSkewMs = 15 * 60_000;

/** Says who signed a request, whose body is not needed for that. Throws what S3 answers where nobody valid did. */
export async function authenticate(
  request: IncomingMessage,
  { principals, region }: { readonly principals: Principals; readonly region: string },
): Promise<Authenticated> {
  const [path = '', search = ''] = splitOnce(request.url ?? '/', '?');
  const query = parseQuery(search.replace(/(^|&)X-Amz-Signature=/, '$1signature='));
  if (!query) throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400);
  // The signature itself isn't signed, and the parser refuses its name so that nobody can slip one in elsewhere.
  const { signature: found, ...signed } = query;
  const given = readSignature(request.headers, { ...signed, ...(found && { 'X-Amz-Signature': found }) });
  checkScope(given, region);
  checkSignedHeaders(request, given);
  const signer = principals.find(given.accessKeyId);
  if (!signer) {
    throw new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403, {
      AWSAccessKeyId: given.accessKeyId,
    });
  }
  const { credentials } = signer;
  if (!sameToken(credentials, given)) {
    throw new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400);
  }
  if (!(await matches(request, path, signed, given, credentials))) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      403,
    );
  }
  checkTime(given, credentials, principals.clock.now());
  return { signer, signature: given, query: signed };
}

function checkScope({ region, service }: GivenSignature, expected: string): void {
  if (service !== 's3') {
    throw new AwsError('AuthorizationHeaderMalformed', `the service is ${service}, expected s3`, 400);
  }
  if (region !== expected) {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`;
    throw new AwsError('AuthorizationHeaderMalformed', message, 400, { Region: expected });
  }
}

/** What changes the meaning of a request must be signed, or it could be added to a presigned URL. */
function checkSignedHeaders({ headers }: IncomingMessage, { signedHeaders }: GivenSignature): void {
  const missing = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.has(name),
  );
  if (missing.length === 0) return;
  throw new AwsError('AccessDenied', 'There were headers present in the request which were not signed', 403, {
    HeadersNotSigned: missing.join(', '),
  });
}

function sameToken({ sessionToken = '' }: Credentials, given: GivenSignature): boolean {
  return sameText(given.sessionToken ?? '', sessionToken);
}

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

async function matches(
  request: IncomingMessage,
  path: string,
  query: Query,
  given: GivenSignature,
  credentials: Credentials,
): Promise<boolean> {
  const headers: Record<string, string> = {};
  for (const name of given.signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) return false;
    headers[name] = String(value);
  }
  const signer = new SignatureV4({
    credentials,
    region: given.region,
    service: 's3',
    sha256: Sha256,
    applyChecksum: false,
    uriEscapePath: false,
  });
  // The signer adds headers of its own; of a presigned URL they are in the query, which is signed as it is.
  const added = ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];
  const again = await signer.sign(
    {
      method: request.method ?? '',
      protocol: 'http:',
      hostname: '',
      path: canonicalPath(path),
      query: { ...query },
      headers: { ...headers, 'x-amz-content-sha256': given.payloadHash },
    },
    {
      signingDate: new Date(given.signedAt),
      signableHeaders: new Set(given.signedHeaders),
      unsignableHeaders: new Set(added.filter((name) => !given.signedHeaders.has(name))),
    },
  );
  const expected = parseAuthorization(again.headers['authorization'] ?? '');
  return typeof expected !== 'string' && sameText(expected.signature, given.signature);
}

/** The path as S3 signs it: each character escaped or not by rule, however the client sent it. */
function canonicalPath(path: string): string {
  const escapeOne = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return path
    .split('/')
    .map((segment) => encodeURIComponent(decodePath(segment)).replace(/[!'()*]/g, escapeOne))
    .join('/');
}

/** Throws S3's answer to broken escapes, and to bytes that are no UTF-8. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
}

function checkTime({ signedAt, lifetimeSeconds }: GivenSignature, { expiresAt }: Credentials, now: number): void {
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new AwsError('ExpiredToken', 'The provided token has expired.', 400);
  }
  if (lifetimeSeconds === undefined ? Math.abs(now - signedAt) > maxSkewMs : signedAt - now > maxSkewMs) {
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
      {
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: maxSkewMs,
      },
    );
  }
  if (lifetimeSeconds !== undefined && now >= signedAt + lifetimeSeconds * 1000) {
    throw new AwsError('AccessDenied', 'Request has expired', 403, {
      Expires: new Date(signedAt + lifetimeSeconds * 1000).toISOString(),
    });
  }
}

const splitOnce = (text: string, mark: string): [string, string] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};
