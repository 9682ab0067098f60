import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import type { Table } from '../../lambdas/aws/dynamodb/document-client.ts';
import { documentClient } from '../../lambdas/aws/dynamodb/document-client.ts';
import { Principals } from '../../local/aws/keys.ts';
import { createDynamoDb } from '../../local/dynamodb/create-dynamo-db.ts';
import { createTable } from '../../local/service/create-table.ts';

/** What some work took of the table. */
export interface Consumed {
  readonly units: number;
  readonly calls: number;
}

/** The deployment's table, which says what it is asked for. */
export interface MeteredTable extends AsyncDisposable {
  readonly table: Table;
  /** Capacity units and calls of `work`, which nothing else runs beside. */
  measure(work: () => Promise<unknown>): Promise<Consumed>;
}

type Capacity = { readonly CapacityUnits?: number };

const unitsOf = (output: object): number => {
  const { ConsumedCapacity: told } = output as { readonly ConsumedCapacity?: Capacity | readonly Capacity[] };
  const list = Array.isArray(told) ? (told as readonly Capacity[]) : [(told ?? {}) as Capacity];
  return list.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
};

/** Opens one that is empty. */
export async function openMeteredTable(clock: Clock): Promise<MeteredTable> {
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'matrx-bench-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const principals = new Principals();
  const server = opened.use(await createDynamoDb({ dir, clock, principals, region: 'us-east-1' }));
  const { credentials } = principals.issueService('bench');
  const connection = { endpoint: server.url, region: 'us-east-1', credentials };
  await createTable('matrx', connection, clock);
  const documents = documentClient(connection);
  opened.defer(() => documents.destroy());
  let units = 0;
  let calls = 0;
  documents.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(args);
      units += unitsOf(result.output);
      calls += 1;
      return result;
    },
    { step: 'initialize' },
  );
  const measure: MeteredTable['measure'] = async (work) => {
    const before = { units, calls };
    await work();
    return { units: units - before.units, calls: calls - before.calls };
  };
  const running = opened.move();
  return { table: { documents, name: 'matrx' }, measure, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
