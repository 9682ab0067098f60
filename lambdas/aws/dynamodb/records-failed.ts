import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { translateError } from '../translate-error.ts';

/** For `.catch`: throws a failed call of the table as the domain knows failures. */
export function recordsFailed(error: unknown): never {
  throw translateError('records', error);
}

/** Whether a conditional write was carried out. */
export async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    return recordsFailed(error);
  }
}
