import { ErrorBody } from '../../contract/api/error-body.ts';
import { type ErrorCode, SandboxError } from '../../contract/api/errors.ts';

// For answers that the service did not write: gateways and proxies have error bodies of their own.
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  429: 'rate_limited',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** An error as the service told it, in the body of an answer or in the last event of a stream. */
export function toldError({ error }: ErrorBody, retryAfterSeconds?: number): SandboxError {
  const { code, message, details, request_id: requestId } = error;
  return new SandboxError(code, message, { details, requestId, retryAfterSeconds });
}

/** The failure that an answer with an error status stands for. `body` is what it carried: parsed JSON, or text. */
export function errorAnswer(status: number, headers: Headers, body: unknown): SandboxError {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  const told = ErrorBody.safeParse(body);
  if (told.success) return toldError(told.data, retryAfterSeconds);
  const elsewhere = headers.get('location');
  const excerpt = elsewhere === null ? (typeof body === 'string' ? body : JSON.stringify(body)) : `go to ${elsewhere}`;
  const said = excerpt.slice(0, 200) || '(nothing)';
  return new SandboxError(codeByStatus[status] ?? 'bad_answer', `answered ${status}: ${said}`, {
    details: { status },
    retryAfterSeconds,
    requestId: headers.get('x-request-id') ?? undefined,
  });
}
