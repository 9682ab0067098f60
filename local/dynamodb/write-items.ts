import type {
  BatchWriteItemCommandInput,
  DeleteItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../aws/aws-error.ts';
import type { Wire } from '../aws/wire.ts';
import type { Engine, Place } from './engine/engine.ts';
import type { OperationName } from './engine/operations.ts';

type ItemInput = Wire<PutItemCommandInput | UpdateItemCommandInput | DeleteItemCommandInput>;

/** Puts, updates or deletes one item with its index entries, at once, while nobody else writes that item. */
export async function writeItem(
  engine: Engine,
  operation: 'PutItem' | 'UpdateItem' | 'DeleteItem',
  input: ItemInput,
): Promise<unknown> {
  const data = engine.check(operation, input);
  const place = await engine.place(String(input.TableName), input);
  return engine.locks.hold(place ? [place.lock] : [], async () => {
    try {
      return await runStaged(engine, operation, data);
    } catch (error) {
      const wanted = place && input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      throw wanted ? await withOldItem(engine, place, error) : error;
    }
  });
}

/** Stricter than AWS in one thing: the whole batch is written at once. */
export async function batchWriteItem(engine: Engine, input: Wire<BatchWriteItemCommandInput>): Promise<unknown> {
  const data = engine.check('BatchWriteItem', input);
  const places = await Promise.all(
    Object.entries(input.RequestItems ?? {}).flatMap(([tableName, requests]) =>
      requests.map((request) => engine.place(tableName, request.PutRequest ?? request.DeleteRequest ?? {})),
    ),
  );
  const locks = places.flatMap((place) => (place ? [place.lock] : []));
  return engine.locks.hold(locks, () => runStaged(engine, 'BatchWriteItem', data));
}

async function runStaged(engine: Engine, operation: OperationName, data: object): Promise<unknown> {
  const staged = engine.stage();
  const output = await engine.run(operation, data, staged);
  await staged.commit();
  return output;
}

async function withOldItem(engine: Engine, place: Place, error: unknown): Promise<unknown> {
  if (!(error instanceof AwsError) || error.name !== 'ConditionalCheckFailedException') return error;
  const item = await engine.read(place);
  return item ? new AwsError(error.name, error.message, error.status, { Item: item }) : error;
}
