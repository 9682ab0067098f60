import { expect, test } from 'vitest';
import { dimensions, metrics } from '../../../contract/metrics.ts';
import { measuredLog } from '../../../lambdas/measured-log.ts';

interface Directive {
  readonly Dimensions: string[][];
  readonly Metrics: { readonly Name: string; readonly Unit: string }[];
}

function lineOf(fields: Record<string, unknown>, message = 'request') {
  const lines: Record<string, unknown>[] = [];
  const keep = (_: string, line: Readonly<Record<string, unknown>>) => void lines.push(line);
  measuredLog({ info: keep, error: keep }, 'matrx-dev').info(message, fields);
  const [line = {}] = lines;
  const directives = (line['_aws'] as { CloudWatchMetrics: Directive[] } | undefined)?.CloudWatchMetrics ?? [];
  return { line, directives, names: directives.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)) };
}

const id = `sbx_${'0'.repeat(26)}`;

test.each([
  ['SandboxesCreated', { event: 'sandbox.create', status: 201 }, 1],
  ['SandboxesRefused', { event: 'sandbox.create', status: 503, code: 'capacity_unavailable' }, 1],
  ['SandboxesRefused', { event: 'sandbox.create', status: 503, code: 'closed' }, 1],
  ['TimeToReady', { event: 'agent.heartbeat', status: 200, readyMs: 18_000 }, 18_000],
  ['CommandsRun', { event: 'command.exec', status: 200, commandOutcome: 'exited' }, 1],
  ['ChannelsLost', { event: 'command.exec', status: 200, code: 'channel_lost' }, 1],
  ['Failures', { event: 'sandbox.get', status: 500, code: 'internal' }, 1],
  ['Throttled', { event: 'sandbox.create', status: 429, code: 'rate_limited' }, 1],
] as const)('%s is measured by the line of the request', (name, fields, value) => {
  const { line, names } = lineOf(fields);
  expect(names).toContain(name);
  expect(line).toMatchObject({ ...fields, [name]: value, [dimensions.deployment]: 'matrx-dev' });
});

test('a command that an agent reports as running is counted when its end is reported', () => {
  const report = { event: 'command.exec', outcome: 'ok', via: 'client_channel' };
  expect(lineOf({ ...report, commandOutcome: 'running' }, 'command').names).toEqual([]);
  expect(lineOf({ ...report, commandOutcome: 'killed' }, 'command').names).toEqual(['CommandsRun']);
});

test('a task that runs without a record is measured, and one that ends or has one is not', () => {
  const running = { event: 'task.settle', outcome: 'ok', taskId: '1', lastStatus: 'RUNNING', desiredStatus: 'RUNNING' };
  expect(lineOf({ ...running, sandboxId: undefined }, 'task event').names).toEqual(['OrphanedTasks']);
  expect(lineOf({ ...running, sandboxId: id }, 'task event').names).toEqual([]);
  expect(lineOf({ ...running, desiredStatus: 'STOPPED' }, 'task event').names).toEqual([]);
  expect(lineOf({ ...running, outcome: 'failed' }, 'task event').names).toEqual([]);
});

test.each([
  ['ReaperRuns', 'reaper', { event: 'reaper.run', outcome: 'ok', overdue: {} }, 1],
  ['OrphanedTasks', 'reaper', { event: 'reaper.run', tasks: { looked: 9, orphanedTasks: 2 } }, 2],
  ['SandboxesRunning', 'reaper', { event: 'reaper.run', spend: { runningSandboxes: 7, usdPerHour: 1 } }, 7],
  ['ExpiredStillRunning', 'reaper', { event: 'reaper.run', overdue: { expiredStillRunning: 3 } }, 3],
  ['AnnouncementsLost', 'announcement', { event: 'sandbox.transition', outcome: 'failed', sandboxId: id }, 1],
] as const)('%s is measured by a line of the %s', (name, message, fields, value) => {
  const { line, names } = lineOf(fields, message);
  expect(names).toEqual([name]);
  expect(line).toMatchObject({ ...fields, [name]: value });
});

test('a run of the reaper that failed, or that only filled pools, counts for nothing', () => {
  expect(lineOf({ event: 'reaper.run', outcome: 'failed', overdue: {} }, 'reaper').names).toEqual([]);
  expect(lineOf({ event: 'reaper.run', outcome: 'ok', pool: { launched: 1 } }, 'reaper').names).toEqual([]);
});

test('no metric has an id for a dimension, whatever the line names', () => {
  const fields = { event: 'command.exec', status: 503, code: 'channel_lost', commandOutcome: 'lost' };
  const { directives } = lineOf({ ...fields, sandboxId: id, userId: 'ada', caller: 'ada' });
  const used = new Set(directives.flatMap(({ Dimensions }) => Dimensions.flat()));
  expect([...used].sort()).toEqual(Object.values(dimensions).sort());
  for (const { Dimensions, Metrics } of directives) {
    expect(Dimensions.flat().includes(dimensions.outcome)).toBe(Metrics.some(({ Name }) => Name === 'CommandsRun'));
    for (const { Name, Unit } of Metrics) expect(Unit).toBe(metrics[Name as keyof typeof metrics].unit);
  }
});

test('a line without a number is left as it is', () => {
  expect(lineOf({ event: 'sandbox.get', status: 200 }).line).toEqual({ event: 'sandbox.get', status: 200 });
  expect(lineOf({ status: 500 }, 'channel').line).toEqual({ status: 500 });
});
