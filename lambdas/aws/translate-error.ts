import { type ErrorCode, SandboxError } from '../../contract/api/errors.ts';

/** The part of the service that an AWS call belongs to, as health names it. */
export type Part = 'records' | 'tasks' | 'channel' | 'logs' | 'storage';

// By the name of the exception; what AWS says in words is for people and may change.
const codes: Readonly<Record<string, ErrorCode>> = {
  ThrottlingException: 'rate_limited',
  ProvisionedThroughputExceededException: 'rate_limited',
  RequestLimitExceeded: 'rate_limited',
  TransactionInProgressException: 'rate_limited',
  TransactionConflictException: 'rate_limited',
  InternalServerError: 'unavailable',
  ServerException: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  ResourceNotFoundException: 'unavailable',
  ClusterNotFoundException: 'unavailable',
  TimeoutError: 'unavailable',
  AbortError: 'unavailable',
  NetworkingError: 'unavailable',
};

const retrySeconds = 2;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Whether the failure came from the socket and not from AWS: nobody knows then whether the call was carried out. */
const isConnection = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(E[A-Z]+|UND_ERR)/.test(error.code);

/** The HTTP status that AWS refused with; undefined when it never answered. */
export function awsStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode;
}

/** A failed AWS call as the domain knows failures. Keeps the cause; what it doesn't know is `internal`. */
export function translateError(part: Part, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  const broken = isConnection(error) || (awsStatus(error) ?? 0) >= 500;
  const code = codes[nameOf(error)] ?? (broken ? 'unavailable' : 'internal');
  if (code === 'internal') return new SandboxError('internal', 'internal error', { cause: error });
  const message = code === 'rate_limited' ? `${part}: too many calls at once` : `${part}: AWS does not answer`;
  return new SandboxError(code, message, { details: { part }, cause: error, retryAfterSeconds: retrySeconds });
}
