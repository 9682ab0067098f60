import { defaultSize } from '../contract/api/sandboxes/sizes.ts';
import { systemClock } from '../contract/clock.ts';
import { deploymentRecords } from '../lambdas/aws/dynamodb/deployment-records.ts';
import { poolRecords } from '../lambdas/aws/dynamodb/pools/pool-records.ts';
import { dueRecords } from '../lambdas/aws/dynamodb/sandboxes/due-records.ts';
import { sandboxRecords } from '../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { userQuotas } from '../lambdas/aws/dynamodb/use/user-quotas.ts';
import { newMember } from '../lambdas/core/pool/launch-member.ts';
import type { Pool, PoolMembers } from '../lambdas/core/pool/ports.ts';
import { endOverdue } from '../lambdas/core/reaper/end-overdue.ts';
import { type CreatePorts, createSandbox } from '../lambdas/core/sandboxes/create/create-sandbox.ts';
import { getSandbox } from '../lambdas/core/sandboxes/get-sandbox.ts';
import { listSandboxes } from '../lambdas/core/sandboxes/list-sandboxes.ts';
import { callOf, service } from '../test/support/calls.ts';
import { FakeHomes } from '../test/support/fakes/fake-homes.ts';
import { deployment, FakeTasks } from '../test/support/fakes/fakes.ts';
import { replayDay } from './day-of-creates.ts';
import { type Consumed, type MeteredTable, openMeteredTable } from './support/metered-table.ts';
import { perUser, readyRecord, seedRecords } from './support/seed-records.ts';

const due = 50;
const hourMs = 3_600_000;
const atOnce = 2_000;

// What is measured is the table, and not the time that ECS wants between calls.
const noPace = async () => undefined;

/** A creation that finds a machine which waits. */
async function measureHandOver({ measure }: MeteredTable, ports: CreatePorts & { pool: PoolMembers }) {
  const pool = { template: 'base', size: defaultSize, count: 1, maxAgeSeconds: 3_600, image: 'base:1' };
  const now = Date.now();
  const member = newMember(pool, 0, now);
  const id = '0'.repeat(32);
  await ports.pool.add(member);
  await ports.pool.noteTask(member, { arn: `task/${id}`, id, launched_at: new Date(now).toISOString() });
  await ports.pool.noteAgent(member, { channel_key: 'a2V5', session_limit: 2, version: '1' });
  const call = callOf('createSandbox', service, { body: { user_id: 'handed' } });
  return await measure(() => createSandbox({ ...ports, pools: [pool] }, call));
}

/** What each piece of work takes of the table, when so many sandboxes run besides the due ones. */
async function measureAt(others: number): Promise<ReadonlyMap<string, Consumed>> {
  await using metered: MeteredTable = await openMeteredTable(systemClock);
  const { table, measure } = metered;
  const now = Date.now();
  for (let from = 0; from < others; from += atOnce) {
    const count = Math.min(atOnce, others - from);
    await seedRecords(
      table,
      Array.from({ length: count }, (_, n) => readyRecord(from + n, now, now + hourMs)),
    );
  }
  // The due ones are of users of their own.
  const first = Math.ceil(others / perUser) * perUser;
  await seedRecords(
    table,
    Array.from({ length: due }, (_, n) => readyRecord(first + n, now, now - 60_000)),
  );
  const one = readyRecord(0, now, now + hourMs);
  await seedRecords(table, [one]);

  const records = sandboxRecords(table, systemClock);
  const ports = {
    records,
    tasks: new FakeTasks(),
    clock: systemClock,
    deployment,
    homes: new FakeHomes(),
    quotas: userQuotas(table),
    operators: deploymentRecords(table),
    pools: [] as readonly Pool[],
    pool: poolRecords(table, systemClock),
  };
  const silent = { info: () => undefined, error: () => undefined };
  const lookups = { describe: async () => [], startedBy: async () => [] };
  const tasks = { stop: async () => 'stopping' as const };
  const reaper = { ...ports, tasks, lookups, log: silent, changes: noPace, reads: noPace };
  const params = { sandbox_id: one.sandbox_id };
  const query = { user_id: one.user_id, limit: '10' };
  return new Map([
    ['get', await measure(() => getSandbox(ports, callOf('getSandbox', service, { params })))],
    ['list', await measure(() => listSandboxes(ports, callOf('listSandboxes', service, { query })))],
    [
      'create',
      await measure(() => createSandbox(ports, callOf('createSandbox', service, { body: { user_id: 'new' } }))),
    ],
    ['hand-over', await measureHandOver(metered, ports)],
    [
      'reaper, 50 due',
      await measure(() => endOverdue({ ...reaper, dueRecords: dueRecords(table, systemClock) }, () => true)),
    ],
    ['spend of the day', await measure(() => ports.operators.spend(now))],
  ]);
}

/** Capacity and calls by how many sandboxes there are, then a day of a million creations against AWS's limits. */
export async function* benchScale(sizes: readonly number[] = [10, 1_000, 100_000]): AsyncGenerator<string> {
  const measured: ReadonlyMap<string, Consumed>[] = [];
  for (const size of sizes) {
    yield `writing ${size.toLocaleString('en')} records and ${due} that are due`;
    measured.push(await measureAt(size));
  }
  yield `capacity units (calls) beside ${sizes.map((size) => size.toLocaleString('en')).join(', ')} sandboxes`;
  for (const name of measured[0]?.keys() ?? []) {
    const all = measured.flatMap((one) => one.get(name) ?? []);
    const units = all.map((one) => one.units);
    const spread = Math.max(...units) / Math.max(0.1, Math.min(...units)) - 1;
    const shown = all.map((one) => `${one.units.toFixed(1)} (${one.calls})`.padStart(12)).join('');
    yield `${name.padEnd(18)}${shown}   ${spread <= 0.1 ? 'within 10 %' : `MISSED: ${Math.round(spread * 100)} % apart`}`;
  }
  yield* replayDay();
}
