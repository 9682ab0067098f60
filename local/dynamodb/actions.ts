import type * as Sdk from '@aws-sdk/client-dynamodb';
import type { Action } from '../aws/json-service.ts';
import type { Wire } from '../aws/wire.ts';
import { describeContinuousBackups, describeLimits } from './control-plane.ts';
import type { Engine } from './engine/engine.ts';
import type { OperationName } from './engine/operations.ts';
import { createTable, deleteTable, updateTable } from './tables.ts';
import type { TimeToLive } from './time-to-live.ts';
import { transactGetItems } from './transactions/transact-get-items.ts';
import { transactWriteItems } from './transactions/transact-write-items.ts';
import type { TransactionTokens } from './transactions/transaction-tokens.ts';
import { batchWriteItem, writeItem } from './write-items.ts';

/** The operations the stand-in has, each by its AWS name. */
export function createActions(engine: Engine, timeToLive: TimeToLive, tokens: TransactionTokens) {
  /** dynalite's own operation as it is. Its answers have the SDK's shape, which only the conformance tests can show. */
  const plain =
    <Input extends object, Output>(operation: OperationName): Action<Input, Output> =>
    async (input) =>
      ((await engine.run(operation, engine.check(operation, input as object))) || {}) as Wire<Output>;
  const typed = <Output>(output: Promise<unknown>) => output as Promise<Wire<Output>>;

  return {
    GetItem: plain<Sdk.GetItemCommandInput, Sdk.GetItemCommandOutput>('GetItem'),
    BatchGetItem: plain<Sdk.BatchGetItemCommandInput, Sdk.BatchGetItemCommandOutput>('BatchGetItem'),
    Query: plain<Sdk.QueryCommandInput, Sdk.QueryCommandOutput>('Query'),
    Scan: plain<Sdk.ScanCommandInput, Sdk.ScanCommandOutput>('Scan'),
    PutItem: ((input) => typed(writeItem(engine, 'PutItem', input))) satisfies Action<
      Sdk.PutItemCommandInput,
      Sdk.PutItemCommandOutput
    >,
    UpdateItem: ((input) => typed(writeItem(engine, 'UpdateItem', input))) satisfies Action<
      Sdk.UpdateItemCommandInput,
      Sdk.UpdateItemCommandOutput
    >,
    DeleteItem: ((input) => typed(writeItem(engine, 'DeleteItem', input))) satisfies Action<
      Sdk.DeleteItemCommandInput,
      Sdk.DeleteItemCommandOutput
    >,
    BatchWriteItem: ((input) => typed(batchWriteItem(engine, input))) satisfies Action<
      Sdk.BatchWriteItemCommandInput,
      Sdk.BatchWriteItemCommandOutput
    >,
    TransactGetItems: ((input) => transactGetItems(engine, input)) satisfies Action<
      Sdk.TransactGetItemsCommandInput,
      Sdk.TransactGetItemsCommandOutput
    >,
    TransactWriteItems: ((input) => transactWriteItems(engine, tokens, input)) satisfies Action<
      Sdk.TransactWriteItemsCommandInput,
      Sdk.TransactWriteItemsCommandOutput
    >,
    CreateTable: ((input) => typed(createTable(engine, input))) satisfies Action<
      Sdk.CreateTableCommandInput,
      Sdk.CreateTableCommandOutput
    >,
    UpdateTable: ((input) => typed(updateTable(engine, input))) satisfies Action<
      Sdk.UpdateTableCommandInput,
      Sdk.UpdateTableCommandOutput
    >,
    DeleteTable: ((input) => typed(deleteTable(engine, timeToLive, input))) satisfies Action<
      Sdk.DeleteTableCommandInput,
      Sdk.DeleteTableCommandOutput
    >,
    DescribeTable: plain<Sdk.DescribeTableCommandInput, Sdk.DescribeTableCommandOutput>('DescribeTable'),
    ListTables: plain<Sdk.ListTablesCommandInput, Sdk.ListTablesCommandOutput>('ListTables'),
    TagResource: plain<Sdk.TagResourceCommandInput, Sdk.TagResourceCommandOutput>('TagResource'),
    UntagResource: plain<Sdk.UntagResourceCommandInput, Sdk.UntagResourceCommandOutput>('UntagResource'),
    ListTagsOfResource: plain<Sdk.ListTagsOfResourceCommandInput, Sdk.ListTagsOfResourceCommandOutput>(
      'ListTagsOfResource',
    ),
    UpdateTimeToLive: ((input) => timeToLive.update(input)) satisfies Action<
      Sdk.UpdateTimeToLiveCommandInput,
      Sdk.UpdateTimeToLiveCommandOutput
    >,
    DescribeTimeToLive: ((input) => timeToLive.describe(input)) satisfies Action<
      Sdk.DescribeTimeToLiveCommandInput,
      Sdk.DescribeTimeToLiveCommandOutput
    >,
    DescribeContinuousBackups: ((input) => describeContinuousBackups(engine, input)) satisfies Action<
      Sdk.DescribeContinuousBackupsCommandInput,
      Sdk.DescribeContinuousBackupsCommandOutput
    >,
    DescribeLimits: describeLimits,
  };
}
