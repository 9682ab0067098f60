import { errorBody } from '../../contract/api/error-body.ts';
import { knownError } from './known-error.ts';

/** A failure in the middle of a stream, as its last event. */
export const errorEvent = (thrown: unknown, requestId: string) => ({
  event: 'error' as const,
  ...errorBody(knownError(thrown), requestId),
});
