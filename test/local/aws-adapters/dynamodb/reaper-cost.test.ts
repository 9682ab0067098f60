import { expect, test } from 'vitest';
import type { Table } from '../../../../lambdas/aws/dynamodb/document-client.ts';
import { cursors } from '../../../../lambdas/aws/dynamodb/sandboxes/cursors.ts';
import { dueRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/due-records.ts';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { reap } from '../../../../lambdas/core/reaper/reap.ts';
import { createSandbox } from '../../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { callOf, service } from '../../../support/calls.ts';
import { FakeCluster } from '../../../support/fakes/fake-cluster.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';
import { startTable } from './start-table.ts';

const due = 5;
const atOnce = 30;

/** The same table, and how often it is asked. */
function counted(table: Table) {
  let calls = 0;
  const documents = new Proxy(table.documents, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name !== 'send' || typeof member !== 'function') return member;
      return (...given: readonly unknown[]) => {
        calls += 1;
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
  return { table: { ...table, documents }, calls: () => calls };
}

/** What a run of the reaper costs with so many sandboxes, of which a few are due. */
async function costOfRun(sandboxes: number): Promise<{ calls: number; ended: unknown }> {
  const { clock, table } = await startTable();
  const cluster = new FakeCluster(clock, () => 0.5);
  const base = { ...fakeService().ports, clock, tasks: cluster };
  const records = sandboxRecords(table, clock);
  const create = async (n: number) => {
    const body = { user_id: `user-${n}`, ttl_seconds: n < due ? 60 : 7_200 };
    await createSandbox({ ...base, records }, callOf('createSandbox', service, { body }));
  };
  for (let n = 0; n < sandboxes; n += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, m) => create(n + m)));
  clock.pass(125_000);
  const metered = counted(table);
  const ports = {
    ...base,
    records: sandboxRecords(metered.table, clock),
    dueRecords: dueRecords(metered.table, clock),
    cursors: cursors(metered.table),
    lookups: cluster,
  };
  await reap(ports);
  const { fields } = base.log.lines.findLast((line) => line.fields['event'] === 'reaper.run') ?? {};
  return { calls: metered.calls(), ended: (fields?.['overdue'] as { ended: number } | undefined)?.ended };
}

test('a run costs what is due, and a bounded walk, however many sandboxes there are', async () => {
  const [some, many] = [await costOfRun(210), await costOfRun(420)];
  expect([some.ended, many.ended]).toEqual([due, due]);
  // A walk of two pages ends where it ends: a query or two more or less.
  expect(Math.abs(many.calls - some.calls)).toBeLessThanOrEqual(0.1 * some.calls);
});
