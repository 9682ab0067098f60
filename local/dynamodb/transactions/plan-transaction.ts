import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../aws/aws-error.ts';
import type { Wire } from '../../aws/wire.ts';
import type { Engine, Place } from '../engine/engine.ts';
import { validationError } from '../engine/refusals.ts';

export interface Step {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem';
  /** A condition check changes nothing. */
  readonly checksOnly: boolean;
  readonly wantsOldItem: boolean;
  readonly place: Place;
  readonly data: Record<string, unknown>;
}

export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: unknown;
}

const kinds = { Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', ConditionCheck: 'DeleteItem' } as const;
const maxItems = 100;

/** What the transaction will do, step by step; throws what AWS refuses before it looks at any item. */
export async function planTransaction(engine: Engine, items: readonly Wire<TransactWriteItem>[]): Promise<Step[]> {
  checkTransactionLength(items);
  const steps: Step[] = [];
  for (const [index, item] of items.entries()) {
    steps.push(
      await planStep(engine, item, (reason) => cancelled(items.map((_, each) => (each === index ? reason : none)))),
    );
  }
  if (new Set(steps.map(({ place }) => place.lock)).size < steps.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  return steps;
}

async function planStep(
  engine: Engine,
  item: Wire<TransactWriteItem>,
  cancelledBy: (reason: CancellationReason) => AwsError,
): Promise<Step> {
  const [kind, more] = Object.keys(item).filter((key) => Object.hasOwn(kinds, key)) as (keyof typeof kinds)[];
  const given = kind && item[kind];
  if (!given || more) {
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const needed = { ConditionCheck: 'ConditionExpression', Update: 'UpdateExpression', Put: 'Item', Delete: 'Key' }[
    kind
  ];
  if (!(needed in given)) throw validationError(`The parameter '${needed}' is required but was not present in ${kind}`);
  const { ReturnValuesOnConditionCheckFailure, ...request } = given;
  const operation = kinds[kind];
  const data = engine.check(operation, { ...request, ReturnConsumedCapacity: 'TOTAL' });
  const tableName = String(request.TableName);
  await engine.table(tableName);
  const place = await engine.place(tableName, request);
  if (!place) {
    throw cancelledBy({ Code: 'ValidationError', Message: 'The provided key element does not match the schema' });
  }
  const wantsOldItem = ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { operation, checksOnly: kind === 'ConditionCheck', wantsOldItem, place, data };
}

/** Throws unless there are 1 to 100 items. */
export function checkTransactionLength(items: readonly unknown[] | undefined): void {
  if (Array.isArray(items) && items.length >= 1 && items.length <= maxItems) return;
  const rule = `Member must have length between 1 and ${maxItems}`;
  throw validationError(`1 validation error detected: Value at 'transactItems' failed to satisfy constraint: ${rule}`);
}

export const none: CancellationReason = { Code: 'None' };

/** The answer to a transaction that didn't happen, with one reason for each of its items. */
export function cancelled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
}
