import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { table as shape } from '../../../contract/deployment.ts';
import type { Table } from '../../../lambdas/aws/dynamodb/document-client.ts';
import { sandboxRecords } from '../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { createSandbox } from '../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { settleTask } from '../../../lambdas/core/sandboxes/life/settle-task.ts';
import { hasEnded } from '../../../lambdas/core/sandboxes/record.ts';
import { callOf, service } from '../../support/calls.ts';
import { FakeCluster } from '../../support/fakes/fake-cluster.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';
import { startTable } from './dynamodb/start-table.ts';

const dayMs = 86_400_000;
const perDay = 4;

/** What is kept of sandboxes; what is kept of their use is a line a day. */
async function countItems({ documents, name }: Table): Promise<number> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: name, ProjectionExpression: 'pk' }));
  return Items.filter(({ pk }) => !/^(USAGE|DEPLOYMENT)/.test(pk)).length;
}

test('H6: after a month of churn the table is as large as after the first weeks', async () => {
  const { clock, table, server } = await startTable();
  const { documents, name: TableName } = table;
  const TimeToLiveSpecification = { AttributeName: shape.timeToLive, Enabled: true };
  await documents.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const cluster = new FakeCluster(clock, () => 0);
  const records = sandboxRecords(table, clock);
  const ports = { ...fakeService().ports, clock, records, tasks: cluster };
  const sizes: number[] = [];
  for (let day = 0; day < 40; day++) {
    for (let n = 0; n < perDay; n++) {
      const headers = { 'idempotency-key': `${day} ${n}` };
      const body = { user_id: 'ada', env: { DAY: String(day) } };
      const answer = await createSandbox(ports, callOf('createSandbox', service, { headers, body }));
      const [task] = cluster.alive;
      if (!('body' in answer) || task === undefined) throw new Error('expected a sandbox with a task');
      cluster.exit(task.id, 0);
      const [stopped] = await cluster.describe([task.arn]);
      if (stopped) await settleTask(ports, stopped);
      const ended = await records.get(answer.body.sandbox_id);
      expect(ended && hasEnded(ended)).toBe(true);
    }
    clock.pass(dayMs);
    await server.sweep();
    sizes.push(await countItems(table));
  }
  // Two weeks for records, a day for keys, and the two days that AWS may take to remove what has ended.
  const [early = 0, late = 0] = [sizes[18], sizes.at(-1)];
  expect(late).toBeLessThanOrEqual(early * 1.2);
  expect(late).toBeGreaterThan(perDay * 13);
});
