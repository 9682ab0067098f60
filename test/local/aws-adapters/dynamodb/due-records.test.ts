import { expect, test } from 'vitest';
import { cursors } from '../../../../lambdas/aws/dynamodb/sandboxes/cursors.ts';
import { dueRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/due-records.ts';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { applyEvent } from '../../../../lambdas/core/sandboxes/life/apply-event.ts';
import { dueAt } from '../../../../lambdas/core/sandboxes/life/due.ts';
import { creatingRecord } from '../../../support/stack/records.ts';
import { startTable } from './start-table.ts';

async function begin() {
  const { clock, table } = await startTable();
  const records = sandboxRecords(table, clock);
  const due = dueRecords(table, clock);
  const create = async () => {
    const record = creatingRecord(clock.now());
    await records.create({ record, env: {}, claim: undefined, quota: 1_000, rate: { minuteMs: 0, limit: 1_000 } });
    return record;
  };
  const dueIds = async (atMs: number) => {
    const ids: string[] = [];
    for await (const page of due.due(atMs)) ids.push(...page.map(({ sandbox_id }) => sandbox_id));
    return ids.sort();
  };
  const liveIds = async () => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await due.live(after);
      ids.push(...page.records.map(({ sandbox_id }) => sandbox_id));
      after = page.next;
    } while (after !== undefined);
    return ids.sort();
  };
  return { clock, table, records, create, dueIds, liveIds };
}

test('a record is due at its time and not before, and never again once it has ended', async () => {
  const { create, dueIds, liveIds, records, clock } = await begin();
  const record = await create();
  const dueMs = Date.parse(dueAt(record) ?? '');
  expect(await dueIds(dueMs)).toEqual([]);
  expect(await dueIds(dueMs + 1)).toEqual([record.sandbox_id]);
  const task = { arn: 'arn:1', id: '1', launched_at: record.created_at, event_version: 0 };
  const started = applyEvent(record, { name: 'task_accepted', task }, clock.now()) ?? record;
  await records.replace(record, started);
  expect(await dueIds(dueMs + 1)).toEqual([]);
  expect(await liveIds()).toEqual([record.sandbox_id]);
  const ended = applyEvent(started, { name: 'task_stopped', reason: 'lost', detail: null }, clock.now()) ?? started;
  await records.replace(started, ended);
  expect(await dueIds(Date.parse('2100-01-01'))).toEqual([]);
  expect(await liveIds()).toEqual([]);
});

test('however many there are, each is met once', async () => {
  const { create, dueIds, liveIds } = await begin();
  const ids: string[] = [];
  for (let n = 0; n < 230; n++) ids.push((await create()).sandbox_id);
  ids.sort();
  expect(await dueIds(Date.parse('2100-01-01'))).toEqual(ids);
  expect(await liveIds()).toEqual(ids);
});

test('a walk goes on where the last one stopped, and begins again when that is forgotten', async () => {
  const { table } = await begin();
  const kept = cursors(table);
  expect(await kept.read('tasks')).toBeUndefined();
  await kept.write('tasks', 'there');
  expect([await kept.read('tasks'), await kept.read('records')]).toEqual(['there', undefined]);
  await kept.write('tasks', undefined);
  expect(await kept.read('tasks')).toBeUndefined();
});
