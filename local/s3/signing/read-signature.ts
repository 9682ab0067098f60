import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { type Authorization, parseAuthorization } from '../../aws/authorization.ts';
import { AwsError } from '../../aws/aws-error.ts';

export type Query = Readonly<Record<string, string | string[]>>;

/** A signature as it came, in a header or in the query of a presigned URL. */
export interface GivenSignature extends Authorization {
  readonly isPresigned: boolean;
  /** `20261122T100000Z` */
  readonly date: string;
  readonly signedAt: number;
  /** Of a presigned URL: how long after `signedAt` it is good. */
  readonly lifetimeSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  /** Of the body: `UNSIGNED-PAYLOAD`, 64 hex digits, or a name that begins with `STREAMING-`. */
  readonly payloadHash: string;
}

const longestLifetimeSeconds = 604_800;

/** Reads what a request is signed with. Throws what S3 answers for one that isn't, or not well enough to be judged. */
export function readSignature(headers: IncomingHttpHeaders, query: Query): GivenSignature {
  const inQuery = query['X-Amz-Algorithm'] !== undefined;
  if (headers.authorization !== undefined && inQuery) {
    throw new AwsError('InvalidArgument', 'Only one auth mechanism allowed', 400);
  }
  if (inQuery) return fromQuery(query, headers);
  if (headers.authorization === undefined) throw new AwsError('AccessDenied', 'Access Denied', 403);
  return fromHeader(headers.authorization, headers);
}

function fromHeader(header: string, headers: IncomingHttpHeaders): GivenSignature {
  const authorization = parseAuthorization(header);
  if (typeof authorization === 'string') throw malformed(authorization);
  const payloadHash = headers['x-amz-content-sha256'];
  if (typeof payloadHash !== 'string') {
    throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400);
  }
  return {
    ...authorization,
    ...dated(authorization.date, headers['x-amz-date'], 'AccessDenied'),
    isPresigned: false,
    lifetimeSeconds: undefined,
    sessionToken: one(headers['x-amz-security-token']),
    payloadHash,
  };
}

function fromQuery(query: Query, headers: IncomingHttpHeaders): GivenSignature {
  const [algorithm, credential, signedHeaders, signature, lifetime] = [
    'Algorithm',
    'Credential',
    'SignedHeaders',
    'Signature',
    'Expires',
  ].map((name) => query[`X-Amz-${name}`]);
  const authorization = parseAuthorization(
    `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  );
  if (typeof authorization === 'string') throw unreadable(authorization);
  const lifetimeSeconds = /^\d+$/.test(String(lifetime)) ? Number(lifetime) : 0;
  if (lifetimeSeconds < 1 || lifetimeSeconds > longestLifetimeSeconds) {
    throw unreadable(`X-Amz-Expires is ${lifetime}, expected 1 to ${longestLifetimeSeconds}`);
  }
  return {
    ...authorization,
    ...dated(authorization.date, one(query['X-Amz-Date']), 'AuthorizationQueryParametersError'),
    isPresigned: true,
    lifetimeSeconds,
    sessionToken: one(query['X-Amz-Security-Token']),
    payloadHash: one(query['X-Amz-Content-Sha256']) ?? one(headers['x-amz-content-sha256']) ?? 'UNSIGNED-PAYLOAD',
  };
}

const one = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' && Buffer.byteLength(value) <= 8192 ? value : undefined;

/** The moment of signing. The day of the credential's scope has to be its own. */
function dated(day: string, date: string | string[] | undefined, code: string) {
  const [text, year, month, date1, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(date)) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${date1}T${hour}:${minute}:${second}Z`);
  if (text === undefined || Number.isNaN(signedAt)) {
    throw new AwsError(code, `the date of signing is ${date}, expected one like 20261122T100000Z`, 403);
  }
  if (!text.startsWith(day)) throw malformed(`the credential's date is ${day}, that of signing ${text}`);
  return { date: text, signedAt };
}

const malformed = (message: string) => new AwsError('AuthorizationHeaderMalformed', message, 400);
const unreadable = (message: string) => new AwsError('AuthorizationQueryParametersError', message, 400);
