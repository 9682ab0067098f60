import { AwsError } from '../aws/aws-error.ts';
import type { Refusals } from '../hazards/call-faults.ts';

const throttled =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly.';

/** DynamoDB's words for what is refused on purpose: of an on-demand table, and of a write whose condition doesn't hold. */
export const databaseRefusals: Refusals = {
  throttle: () => new AwsError('ThrottlingException', throttled),
  fail: () => new AwsError('InternalServerError', 'Internal server error', 500),
  condition(operation, input) {
    if (operation === 'TransactWriteItems') return cancelled(input);
    const isConditional = ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation) && hasCondition(input);
    return isConditional
      ? new AwsError('ConditionalCheckFailedException', 'The conditional request failed')
      : undefined;
  },
};

const hasCondition = (input: unknown): boolean => Object.hasOwn(input as object, 'ConditionExpression');

/** The first write with a condition is the one that fails; a transaction without conditions has none to fail. */
function cancelled(input: unknown): AwsError | undefined {
  const { TransactItems: items } = input as { TransactItems?: unknown };
  if (!Array.isArray(items)) return undefined;
  const failed = items.findIndex((item) => Object.values(item ?? {}).some((write) => hasCondition(write ?? {})));
  if (failed < 0) return undefined;
  const reasons = items.map((_, index) =>
    index === failed ? { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
}
