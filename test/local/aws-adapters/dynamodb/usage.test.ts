import { expect, test } from 'vitest';
import { outcomeReports } from '../../../../lambdas/aws/dynamodb/commands/outcome-reports.ts';
import { deploymentRecords } from '../../../../lambdas/aws/dynamodb/deployment-records.ts';
import { machinePoints } from '../../../../lambdas/aws/dynamodb/sandboxes/machine-points.ts';
import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { usageRecords } from '../../../../lambdas/aws/dynamodb/use/usage-records.ts';
import { newId } from '../../../../lambdas/core/ids.ts';
import { applyEvent } from '../../../../lambdas/core/sandboxes/life/apply-event.ts';
import { publicSandbox } from '../../../../lambdas/core/sandboxes/public-sandbox.ts';
import type { CreatingRecord, SandboxRecord } from '../../../../lambdas/core/sandboxes/record.ts';
import { dayOf } from '../../../../lambdas/core/usage/billed-days.ts';
import { commandId, reportOf } from '../../../support/agent/command-samples.ts';
import { creatingRecord } from '../../../support/stack/records.ts';
import { startTable } from './start-table.ts';

const hourMs = 3_600_000;
const hourUsd = 0.02475;

async function openUsage() {
  const { table, clock } = await startTable();
  const records = sandboxRecords(table, clock);
  const run = async (fields: Partial<CreatingRecord> = {}): Promise<SandboxRecord> => {
    const record = creatingRecord(clock.now(), fields);
    clock.pass(1);
    await records.create({ record, env: {}, claim: undefined, quota: 1_000 });
    const id = newId('sbx', clock.now()).slice(4);
    const task = { arn: `arn:${id}`, id, launched_at: new Date(clock.now()).toISOString(), event_version: 0 };
    const running = applyEvent(record, { name: 'task_accepted', task }, clock.now());
    if (running === undefined || !(await records.replace(record, running))) throw new Error('not launched');
    return running;
  };
  const end = async (record: SandboxRecord) => {
    const ended = applyEvent(record, { name: 'task_stopped', reason: 'lost', detail: null }, clock.now());
    if (ended === undefined) throw new Error('has ended');
    return { ended, isWritten: await records.replace(record, ended) };
  };
  const usage = usageRecords(table);
  const today = (userId?: string) => usage.ofDay(dayOf(clock.now()), userId);
  return { table, clock, records, run, end, usage, today, spend: () => deploymentRecords(table).spend(clock.now()) };
}

test('what a sandbox used is summed when it ends, exactly once, however many say that it has', async () => {
  const { run, end, today, clock } = await openUsage();
  const running = await run({ labels: { team: 'red' } });
  clock.pass(hourMs);
  const ends = await Promise.all([end(running), end(running), end(running)]);
  expect(ends.filter(({ isWritten }) => isWritten)).toHaveLength(1);
  expect(await today('ada')).toEqual([
    {
      user_id: 'ada',
      template: 'base',
      size: 's',
      labels: { team: 'red' },
      sandboxes: 1,
      seconds: 3_600,
      micros: hourUsd * 1e6,
      commands: 0,
    },
  ]);
  expect(await today('bob')).toEqual([]);
  expect(await today()).toHaveLength(1);
});

test('a sandbox that spans days is split by day, and the days cost what the record says', async () => {
  const { run, end, usage, clock } = await openUsage();
  const launchedMs = clock.now();
  const running = await run();
  clock.pass(60 * hourMs);
  const { ended } = await end(running);
  const days = [0, 1, 2, 3].map((n) => dayOf(launchedMs + n * 24 * hourMs));
  const rows = (await Promise.all(days.map((day) => usage.ofDay(day, 'ada')))).flat();
  expect(rows.map(({ sandboxes }) => sandboxes)).toEqual([0, 0, 1]);
  expect(rows.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(60 * 3_600);
  const micros = rows.reduce((sum, row) => sum + row.micros, 0);
  expect(micros / 1e6).toBe(publicSandbox(ended, clock.now()).cost_usd);
});

test('a sandbox that never had a machine used nothing', async () => {
  const { records, today, clock } = await openUsage();
  const record = creatingRecord(clock.now());
  await records.create({ record, env: {}, claim: undefined, quota: 10 });
  const refused = applyEvent(record, { name: 'task_refused', reason: 'capacity', detail: null }, clock.now());
  expect(refused && (await records.replace(record, refused))).toBe(true);
  expect(await today()).toEqual([]);
});

test('labels in too many combinations are counted together, and nothing is lost', async () => {
  const { run, end, today } = await openUsage();
  const ended = Array.from({ length: 110 }, (_, n) => ({ labels: { job: `job-${n}` } }));
  for (const fields of ended) await end(await run(fields));
  const rows = await today('ada');
  expect(rows).toHaveLength(101);
  expect(rows.find(({ labels }) => Object.keys(labels).length === 0)?.sandboxes).toBe(10);
  expect(rows.reduce((sum, { sandboxes }) => sum + sandboxes, 0)).toBe(110);
});

test('what a day costs is known while sandboxes run, and stays when they have ended', async () => {
  const { run, end, spend, clock } = await openUsage();
  const midnight = clock.now() - (clock.now() % (24 * hourMs)) + 24 * hourMs;
  clock.pass(midnight - clock.now() - hourMs);
  const first = await run();
  clock.pass(3 * hourMs);
  expect(await spend()).toEqual({ todayUsd: expect.closeTo(2 * hourUsd, 5), running: 1, usdPerHour: hourUsd });
  const second = await run();
  clock.pass(hourMs);
  expect(await spend()).toMatchObject({ todayUsd: expect.closeTo(4 * hourUsd, 5), running: 2 });
  await end(first);
  await end(second);
  clock.pass(5 * hourMs);
  expect(await spend()).toEqual({ todayUsd: expect.closeTo(4 * hourUsd, 5), running: 0, usdPerHour: 0 });
  clock.pass(24 * hourMs);
  expect(await spend()).toEqual({ todayUsd: 0, running: 0, usdPerHour: 0 });
});

test('a command is counted with its first report, in whatever batches reports come', async () => {
  const { table, clock, today } = await openUsage();
  const reports = outcomeReports(table, clock);
  const id = newId('sbx', clock.now());
  const kind = { user_id: 'ada', template: 'base', size: 's' as const, labels: {} };
  const all = Array.from({ length: 45 }, (_, n) => reportOf({ command_id: commandId(n) }));
  await reports.add(id, kind, all.slice(0, 10), 4_000_000_000);
  await Promise.all([
    reports.add(id, kind, [...all, ...all.slice(0, 3)], 4_000_000_000),
    reports.add(id, kind, all.slice(5), 4_000_000_000),
  ]);
  await reports.add(id, kind, all, 4_000_000_000);
  expect(await today('ada')).toMatchObject([{ commands: 45, sandboxes: 0 }]);
});

test('figures of a machine are kept one a minute, oldest first', async () => {
  const { table, clock } = await openUsage();
  const points = machinePoints(table);
  const id = newId('sbx', clock.now());
  const point = (ms: number, cpu: number) => ({
    at: new Date(clock.now() + ms).toISOString(),
    cpu,
    memory_bytes: 1,
    disk_bytes: 2,
    processes: 3,
    running_commands: 4,
  });
  const start = clock.now() - (clock.now() % 60_000);
  clock.pass(start + 60_000 - clock.now());
  for (const [ms, cpu] of [
    [120_000, 0.3],
    [0, 0.1],
    [1_000, 0.2],
  ] as const)
    await points.add(id, point(ms, cpu));
  const window = await points.since(id, new Date(clock.now()).toISOString());
  expect(window).toEqual([point(1_000, 0.2), point(120_000, 0.3)]);
});
