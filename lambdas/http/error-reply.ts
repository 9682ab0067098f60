import { errorBody } from '../../contract/api/error-body.ts';
import { SandboxError } from '../../contract/api/errors.ts';
import { answerHeaders, jsonType } from './headers.ts';

// A caller that may try again always learns when.
const defaultRetrySeconds = 1;

const retryAfter = ({ status, retryAfterSeconds }: SandboxError): Record<string, string> => {
  const seconds = retryAfterSeconds ?? (status === 429 || status === 503 ? defaultRetrySeconds : undefined);
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
};

/** A failure as an answer. What nobody has named is `internal`, and says nothing more. */
export function errorReply(thrown: unknown, requestId: string) {
  const error =
    thrown instanceof SandboxError ? thrown : new SandboxError('internal', 'internal error', { cause: thrown });
  return {
    statusCode: error.status,
    headers: { ...answerHeaders(jsonType, requestId), ...retryAfter(error) },
    body: JSON.stringify(errorBody(error, requestId)),
  };
}
