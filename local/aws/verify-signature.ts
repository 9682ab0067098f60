import { Buffer } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Authorization, parseAuthorization } from './authorization.ts';
import type { Credentials, Principal, Principals } from './keys.ts';
import { parseQuery } from './parse-query.ts';
import { Sha256 } from './sha256.ts';

/** What of a `node:http` request is signed: `url` is the target as it came, encoded and with its query. */
export interface SignedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export interface SignatureScope {
  readonly principals: Principals;
  readonly region: string;
  /** AWS's signing name: `dynamodb`, `ecs`, `ssm`, `execute-api`. */
  readonly service: string;
}

/** Error names as AWS's JSON services and API Gateway send them. */
export type SignatureFailure =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException';

export type Verification =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly name: SignatureFailure; readonly message: string };

const maxSkewMs = 5 * 60_000;
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const refuse = (name: SignatureFailure, message: string): Verification => ({ ok: false, name, message });

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Says who signed the request, with its whole body at hand, or why AWS would refuse it. Never throws on what was sent. */
export async function verifySignature(
  request: SignedRequest,
  body: Uint8Array,
  scope: SignatureScope,
): Promise<Verification> {
  const { headers } = request;
  const header = headers.authorization;
  if (!header) return refuse('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const authorization = parseAuthorization(header);
  if (typeof authorization === 'string') return refuse('IncompleteSignatureException', authorization);

  const wrongFrame = checkFrame(authorization, headers, scope);
  if (wrongFrame) return wrongFrame;

  const key = scope.principals.find(authorization.accessKeyId);
  if (!key || !sameToken(key.credentials, headers)) {
    return refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (!(await signatureMatches(request, body, authorization, key.credentials))) {
    return refuse('InvalidSignatureException', mismatch);
  }
  if (key.credentials.expiresAt !== undefined && key.credentials.expiresAt <= scope.principals.clock.now()) {
    return refuse('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return { ok: true, principal: key.principal };
}

/** Everything that can be judged without the secret: date, scope, and that what must be signed is. */
function checkFrame(
  { date, region, service, signedHeaders }: Authorization,
  headers: IncomingHttpHeaders,
  scope: SignatureScope,
): Verification | undefined {
  const signedAt = timeOf(headers['x-amz-date']);
  if (signedAt === undefined) {
    return refuse('IncompleteSignatureException', "Date must be in ISO-8601 'basic format' in a 'X-Amz-Date' header.");
  }
  for (const name of ['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256', 'x-amz-target']) {
    if (headers[name] !== undefined && !signedHeaders.has(name)) {
      return refuse('InvalidSignatureException', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
  if (region !== scope.region) {
    return refuse(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${region}': this is '${scope.region}'.`,
    );
  }
  if (service !== scope.service) {
    return refuse('InvalidSignatureException', `Credential should be scoped to correct service: '${scope.service}'.`);
  }
  const dateHeader = String(headers['x-amz-date']);
  if (!dateHeader.startsWith(date)) {
    return refuse(
      'InvalidSignatureException',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${dateHeader.slice(0, 8)}'.`,
    );
  }
  const now = scope.principals.clock.now();
  if (Math.abs(now - signedAt) > maxSkewMs) {
    const relation = signedAt < now ? 'Signature expired' : 'Signature not yet current';
    return refuse('InvalidSignatureException', `${relation}: ${dateHeader} is more than 5 min. from ${basic(now)}`);
  }
  return undefined;
}

async function signatureMatches(
  request: SignedRequest,
  body: Uint8Array,
  { signedHeaders, signature, region, service }: Authorization,
  credentials: Credentials,
): Promise<boolean> {
  const target = parseTarget(request.url ?? '/');
  const claimedHash = request.headers['x-amz-content-sha256'];
  // The signer takes this header for the body's hash, so it must not say anything but the truth.
  if (!target || (claimedHash !== undefined && claimedHash !== createHash('sha256').update(body).digest('hex'))) {
    return false;
  }
  const headers: Record<string, string> = {};
  for (const name of signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) return false;
    headers[name] = String(value);
  }
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const again = await signer.sign(
    { method: request.method ?? '', protocol: 'http:', hostname: '', ...target, headers, body },
    { signingDate: new Date(timeOf(headers['x-amz-date']) ?? 0), signableHeaders: new Set(signedHeaders) },
  );
  const expected = parseAuthorization(again.headers['authorization'] ?? '');
  return typeof expected !== 'string' && same(expected.signature, signature);
}

function parseTarget(url: string) {
  const mark = url.indexOf('?');
  const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
  return query && { path: mark < 0 ? url : url.slice(0, mark), query };
}

function sameToken({ sessionToken }: Credentials, headers: IncomingHttpHeaders): boolean {
  const given = headers['x-amz-security-token'];
  if (sessionToken === undefined) return given === undefined;
  return typeof given === 'string' && same(given, sessionToken);
}

function timeOf(header: string | string[] | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(header)) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const basic = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
