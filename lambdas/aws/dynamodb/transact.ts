import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import { translateError } from '../translate-error.ts';
import type { Table } from './document-client.ts';

export type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

const attempts = 6;
const pauseMs = 15;

/** Why each write was refused; throws for every other failure, and answers undefined when another try may do. */
function refusals(error: unknown, isLastTry: boolean): readonly CancellationReason[] | undefined {
  if (!(error instanceof TransactionCanceledException)) throw translateError('records', error);
  const reasons = error.CancellationReasons ?? [];
  if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return reasons;
  if (!reasons.some(({ Code }) => Code === 'TransactionConflict')) throw translateError('records', error);
  if (!isLastTry) return undefined;
  throw new SandboxError('rate_limited', 'records: too many changes of the same items at once', {
    cause: error,
    retryAfterSeconds: 1,
  });
}

/**
 * Writes all or nothing. Answers undefined when it is written, else why each write was refused, in their order. Transactions that
 * meet on an item are tried again; throws `rate_limited` when they meet every time.
 */
export async function transact(
  table: Table,
  clock: Clock,
  writes: Writes,
): Promise<readonly CancellationReason[] | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await table.documents.send(new TransactWriteCommand({ TransactItems: writes }));
      return undefined;
    } catch (error) {
      const reasons = refusals(error, attempt === attempts);
      if (reasons !== undefined) return reasons;
      await clock.sleep(pauseMs * attempt * (0.5 + Math.random()));
    }
  }
}

/** Whether the write at this place was refused by its condition. */
export const isRefused = (reasons: readonly CancellationReason[], index: number): boolean =>
  reasons[index]?.Code === 'ConditionalCheckFailed';
