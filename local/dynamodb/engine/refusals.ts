import type { Refusal } from 'dynalite/db/index.js';
import { AwsError } from '../../aws/aws-error.ts';

/** A request that DynamoDB refuses for its form. */
export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);

/** What dynalite refused, as an AwsError; anything else is an error of its own and stays what it is. */
export function asAwsError(error: unknown): unknown {
  if (!isRefusal(error)) return error;
  const { __type, message, Message, ...extra } = error.body;
  return new AwsError(__type.slice(__type.indexOf('#') + 1), message ?? Message ?? '', error.statusCode, extra);
}

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'statusCode' in error && 'body' in error;
