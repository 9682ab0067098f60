import { expect, test } from 'vitest';
import { deploymentRecords } from '../../../../lambdas/aws/dynamodb/deployment-records.ts';
import { poolRecords } from '../../../../lambdas/aws/dynamodb/pools/pool-records.ts';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { newId } from '../../../../lambdas/core/ids.ts';
import type { IdleMember, PoolMember } from '../../../../lambdas/core/pool/ports.ts';
import { applyEvent } from '../../../../lambdas/core/sandboxes/life/apply-event.ts';
import type { SandboxRecord } from '../../../../lambdas/core/sandboxes/record.ts';
import { creatingRecord } from '../../../support/stack/records.ts';
import { startTable } from './start-table.ts';

const iso = (ms: number) => new Date(ms).toISOString();

const memberAt = (place: number, nowMs: number): PoolMember => ({
  member_id: newId('pol', nowMs),
  template: 'base',
  size: 's',
  place,
  image: 'base:1',
  created_at: iso(nowMs),
  task: null,
  agent: null,
});

async function begin() {
  const { table, clock } = await startTable();
  const pool = poolRecords(table, clock);
  const records = sandboxRecords(table, clock);
  const idle = async (place = 0): Promise<IdleMember> => {
    const member = memberAt(place, clock.now());
    const id = `${place}`.repeat(32);
    const task = { arn: `arn:aws:ecs:us-east-1:000000000000:task/matrx/${id}`, id, launched_at: iso(clock.now()) };
    const agent = { channel_key: 'a2V5', session_limit: 2, version: '1', pool_member: member.member_id };
    await pool.add(member);
    await pool.noteTask(member, task);
    await pool.noteAgent(member, agent);
    return { ...member, task, agent };
  };
  const creating = async () => {
    const record = creatingRecord(clock.now());
    await records.create({ record, env: {}, claim: undefined, quota: 100 });
    return record;
  };
  const take = (member: IdleMember, record: SandboxRecord): SandboxRecord => {
    const task = { ...member.task, launched_at: iso(clock.now()), event_version: 0 };
    const next = applyEvent(record, { name: 'handed_over', task, agent: member.agent }, clock.now());
    if (next === undefined) throw new Error('nothing was handed over');
    return next;
  };
  return { clock, pool, records, idle, creating, take, operators: deploymentRecords(table) };
}

test('a place has one member, whoever comes first', async () => {
  const { pool, clock } = await begin();
  const added = await Promise.all(Array.from({ length: 5 }, () => pool.add(memberAt(0, clock.now()))));
  expect(added.filter(Boolean)).toHaveLength(1);
  expect(await pool.all()).toHaveLength(1);
  expect(await pool.of({ template: 'base', size: 'm' })).toEqual([]);
});

test('a member is found by its task, and what is written down of it is written once', async () => {
  const { pool, idle } = await begin();
  const member = await idle();
  expect(await pool.ofTask(member.task.id)).toEqual(member);
  expect(await pool.noteTask(member, { ...member.task, id: '9'.repeat(32) })).toBe(false);
  expect(await pool.noteAgent(member, { ...member.agent, channel_key: 'b3RoZXI=' })).toBe(false);
  expect(await pool.ofTask('9'.repeat(32))).toBeUndefined();
});

test('of ten sandboxes at once one gets the machine, whole, and the others are as they were', async () => {
  const { pool, records, idle, creating, take } = await begin();
  const member = await idle();
  const all = await Promise.all(Array.from({ length: 10 }, creating));
  const taken = await Promise.all(all.map((record) => pool.handOver(member, record, take(member, record))));
  expect(taken.filter(Boolean)).toHaveLength(1);
  const now = await Promise.all(all.map(({ sandbox_id }) => records.get(sandbox_id)));
  const winner = now.find((record) => record?.status === 'starting');
  expect(winner).toMatchObject({ started_from: 'pool', generation: 1, agent: { pool_member: member.member_id } });
  expect(now.filter((record) => record?.status === 'creating')).toHaveLength(9);
  expect(await records.sandboxOfTask(member.task.id)).toBe(winner?.sandbox_id);
  expect(await pool.ofTask(member.task.id)).toBeUndefined();
  expect(await pool.all()).toEqual([]);
});

test('a sandbox that was changed meanwhile gets nothing, and the machine still waits', async () => {
  const { pool, records, idle, creating, take } = await begin();
  const member = await idle();
  const record = await creating();
  await records.replace(record, { ...record, attempt: 2, version: 2 });
  expect(await pool.handOver(member, record, take(member, record))).toBe(false);
  expect(await pool.all()).toEqual([member]);
});

test('what waits is spent by the deployment and counted as nobody’s sandbox; what is handed over goes on as one', async () => {
  const { pool, idle, creating, take, clock, operators } = await begin();
  const [member, other] = [await idle(0), await idle(1)];
  clock.pass(3_600_000);
  const waiting = await operators.spend(clock.now());
  expect(waiting).toMatchObject({ running: 0 });
  expect(waiting.usdPerHour).toBeGreaterThan(0.04);
  expect(waiting.todayUsd).toBeCloseTo(waiting.usdPerHour, 4);
  const record = await creating();
  await pool.handOver(member, record, take(member, record));
  const after = await operators.spend(clock.now());
  expect(after).toMatchObject({ running: 1, usdPerHour: waiting.usdPerHour });
  expect(after.todayUsd).toBeCloseTo(waiting.todayUsd, 4);
  expect(await pool.remove(other)).toBe(true);
  expect(await pool.remove(other)).toBe(false);
  clock.pass(3_600_000);
  const end = await operators.spend(clock.now());
  expect(end.usdPerHour).toBeCloseTo(waiting.usdPerHour / 2, 6);
  expect(end.todayUsd).toBeCloseTo(waiting.usdPerHour * 1.5, 4);
});
