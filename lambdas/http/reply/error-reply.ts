import { errorBody } from '../../../contract/api/error-body.ts';
import type { SandboxError } from '../../../contract/api/errors.ts';
import { knownError } from '../../core/known-error.ts';
import { answerHeaders, jsonType } from './headers.ts';

// A caller that may try again always learns when.
const defaultRetrySeconds = 1;

const retryAfter = ({ status, retryAfterSeconds }: SandboxError): Record<string, string> => {
  const seconds = retryAfterSeconds ?? (status === 429 || status === 503 ? defaultRetrySeconds : undefined);
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
};

/** A failure as an answer. */
export function errorReply(thrown: unknown, requestId: string) {
  const error = knownError(thrown);
  return {
    statusCode: error.status,
    headers: { ...answerHeaders(jsonType, requestId), ...retryAfter(error) },
    body: JSON.stringify(errorBody(error, requestId)),
  };
}
