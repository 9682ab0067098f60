import type { TransactWriteItemsCommandInput, TransactWriteItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../aws/aws-error.ts';
import type { Wire } from '../../aws/wire.ts';
import type { Engine } from '../engine/engine.ts';
import { validationError } from '../engine/refusals.ts';
import type { StagedStore } from '../engine/staged-store.ts';
import { ConsumedCapacity } from './consumed-capacity.ts';
import { type CancellationReason, cancelled, none, planTransaction, type Step } from './plan-transaction.ts';
import type { TransactionTokens } from './transaction-tokens.ts';

type Output = Wire<TransactWriteItemsCommandOutput>;

/**
 * All or nothing, and once per client token. Where AWS would answer TransactionConflict, this waits its turn: a test that
 * wants the conflict makes it by a fault.
 */
export async function transactWriteItems(
  engine: Engine,
  tokens: TransactionTokens,
  input: Wire<TransactWriteItemsCommandInput>,
): Promise<Output> {
  const { ClientRequestToken: token, TransactItems: items = [] } = input;
  if (token !== undefined && !/^.{1,36}$/su.test(token)) {
    throw validationError("Value at 'clientRequestToken' failed to satisfy constraint: length between 1 and 36");
  }
  const steps = await planTransaction(engine, items);
  const locks = steps.map(({ place }) => place.lock);
  return engine.locks.hold(token === undefined ? locks : [...locks, `token\0${token}`], async () => {
    const earlier = token === undefined ? undefined : await tokens.earlier(token, items);
    if (earlier) return earlier.output as Output;
    await checkConditions(engine, steps);
    const staged = engine.stage();
    const consumed = await applySteps(engine, staged, steps);
    const output = consumed.answer(input.ReturnConsumedCapacity);
    if (token !== undefined) tokens.remember(staged, token, items, output);
    await staged.commit();
    return output;
  });
}

async function checkConditions(engine: Engine, steps: readonly Step[]): Promise<void> {
  const reasons: CancellationReason[] = [];
  for (const { data, place, wantsOldItem } of steps) {
    const item = await engine.read(place);
    const message = engine.failedCondition(data, item);
    if (message === undefined) reasons.push(none);
    else
      reasons.push({ Code: 'ConditionalCheckFailed', Message: message, ...(wantsOldItem && item && { Item: item }) });
  }
  if (reasons.some((reason) => reason !== none)) throw cancelled(reasons);
}

async function applySteps(engine: Engine, staged: StagedStore, steps: readonly Step[]): Promise<ConsumedCapacity> {
  const consumed = new ConsumedCapacity();
  for (const step of steps) {
    try {
      const output = step.checksOnly ? undefined : await engine.run(step.operation, step.data, staged);
      consumed.add(step.place.tableName, output);
    } catch (error) {
      if (!(error instanceof AwsError) || error.name !== 'ValidationException') throw error;
      const reason: CancellationReason = { Code: 'ValidationError', Message: error.message };
      throw cancelled(steps.map((each) => (each === step ? reason : none)));
    }
  }
  return consumed;
}
