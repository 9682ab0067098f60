import { expect, test } from 'vitest';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { createSandbox } from '../../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { callOf, service } from '../../../support/calls.ts';
import { FakeCluster } from '../../../support/fakes/fake-cluster.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';
import { startTable } from './start-table.ts';

test('two clients with one idempotency key at once, a hundred times: one sandbox and one machine each', async () => {
  const { clock, table } = await startTable();
  const cluster = new FakeCluster(clock, () => 0);
  const ports = { ...fakeService().ports, clock, records: sandboxRecords(table, clock), tasks: cluster };
  const ids = new Set<string>();
  for (let n = 0; n < 100; n++) {
    const headers = { 'idempotency-key': `key ${n}` };
    const create = () =>
      createSandbox(ports, callOf('createSandbox', service, { headers, body: { user_id: `user-${n}` } }));
    const both = await Promise.all([create(), create()]);
    const found = new Set(both.map((answer) => ('body' in answer ? answer.body.sandbox_id : '')));
    expect(found.size).toBe(1);
    for (const id of found) ids.add(id);
    expect(await ports.records.countLive(`user-${n}`)).toBe(1);
  }
  expect(ids.size).toBe(100);
  expect(cluster.alive.map(({ startedBy }) => startedBy).sort()).toEqual([...ids].sort());
});
