import { AwsError } from '../../aws/aws-error.ts';
import type { Refusals } from '../../hazards/call-faults.ts';

const isConditional = (headers: unknown): boolean =>
  typeof headers === 'object' && headers !== null && ('if-match' in headers || 'if-none-match' in headers);

/** The words in which S3 refuses. */
export const storageRefusals: Refusals = {
  throttle: () => new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  fail: () => new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500),
  condition: (operation, headers) =>
    isConditional(headers) && !/^(Get|Head)/.test(operation)
      ? new AwsError(
          'ConditionalRequestConflict',
          'The conditional request cannot succeed due to a conflicting operation.',
          409,
        )
      : undefined,
};
