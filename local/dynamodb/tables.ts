import { setTimeout } from 'node:timers/promises';
import type { UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../aws/aws-error.ts';
import type { Wire } from '../aws/wire.ts';
import type { Engine } from './engine/engine.ts';
import { validationError } from './engine/refusals.ts';
import type { TimeToLive } from './time-to-live.ts';

// dynalite changes a table's state within milliseconds of its answer.
const pollMs = 2;
const maxPolls = 1000;

/** Answers as AWS does, while CREATING, but only once the table is there: the SDK's waiter would sleep 20 s. */
export async function createTable(engine: Engine, input: { TableName?: string | undefined }): Promise<unknown> {
  const output = await underTableLock(engine, 'CreateTable', input);
  await until(() => exists(engine, input.TableName));
  return output;
}

/** Answers once the table is gone, with its items, indexes and time to live. */
export async function deleteTable(
  engine: Engine,
  timeToLive: TimeToLive,
  input: { TableName?: string | undefined },
): Promise<unknown> {
  const output = await underTableLock(engine, 'DeleteTable', input);
  await timeToLive.forget(String(input.TableName));
  await until(async () => !(await exists(engine, input.TableName)));
  return output;
}

/** Changes throughput only. dynalite would answer a new index with success and make none. */
export async function updateTable(engine: Engine, input: Wire<UpdateTableCommandInput>): Promise<unknown> {
  if (input.GlobalSecondaryIndexUpdates?.some(({ Create, Delete }) => Create || Delete)) {
    throw validationError('indexes can only be made with the table here, not added or removed later');
  }
  return underTableLock(engine, 'UpdateTable', input);
}

function underTableLock(
  engine: Engine,
  operation: 'CreateTable' | 'DeleteTable' | 'UpdateTable',
  input: { TableName?: string | undefined },
): Promise<unknown> {
  const data = engine.check(operation, input);
  return engine.locks.hold([`table\0${input.TableName}`], () => engine.run(operation, data));
}

const exists = (engine: Engine, name: string | undefined): Promise<boolean> =>
  engine.run('DescribeTable', engine.check('DescribeTable', { TableName: name })).then(
    (output) => (output as { Table: { TableStatus: string } }).Table.TableStatus !== 'CREATING',
    (error: unknown) => {
      if (error instanceof AwsError && error.name === 'ResourceNotFoundException') return false;
      throw error;
    },
  );

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let polls = 0; polls < maxPolls && !(await condition()); polls++) await setTimeout(pollMs);
}
