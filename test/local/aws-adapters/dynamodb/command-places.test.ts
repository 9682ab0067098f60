import { expect, test } from 'vitest';
import { commandRecords } from '../../../../lambdas/aws/dynamodb/commands/command-records.ts';
import { outcomeReports } from '../../../../lambdas/aws/dynamodb/commands/outcome-reports.ts';
import { commandId, reportOf } from '../../../support/agent/command-samples.ts';
import { startTable } from './start-table.ts';

const sandboxId = `sbx_${'0'.repeat(26)}`;
const until = 4_000_000_000;
const kind = { user_id: 'ada', template: 'base', size: 's' as const, labels: {} };

async function begin() {
  const { table, clock } = await startTable();
  const reports = outcomeReports(table, clock);
  return {
    ...commandRecords(table, clock),
    add: (id: string, all: Parameters<typeof reports.add>[2]) => reports.add(id, kind, all, until),
  };
}

test('the first report of a command is kept, and it is in lists once', async () => {
  const { add, outcomeOf, list } = await begin();
  expect(await outcomeOf(sandboxId, commandId())).toBeUndefined();
  const report = reportOf({ exit_code: 1 }, { head: 'abc' });
  await add(sandboxId, [report]);
  await add(sandboxId, [{ ...report, exit_code: 2, started_at: '2027-02-01T00:00:00.000Z' }]);
  expect(await outcomeOf(sandboxId, commandId())).toEqual(report);
  const { stdout, stderr, ...ended } = report;
  expect(await list(sandboxId, { limit: 10, after: undefined })).toEqual({ commands: [ended], isLast: true });
});

test('ended commands are listed by when they started, newest first, page by page, and of one sandbox only', async () => {
  const { add, list } = await begin();
  // Ids that callers make sort by nothing.
  const all = [4, 1, 3, 0, 2].map((id, minute) =>
    reportOf({ command_id: commandId(id), started_at: `2027-01-15T08:0${minute}:00.000Z` }),
  );
  await add(sandboxId, all);
  await add(`sbx_${'1'.repeat(26)}`, [reportOf({ command_id: commandId(9) })]);
  const first = await list(sandboxId, { limit: 2, after: undefined });
  const second = await list(sandboxId, { limit: 3, after: first.commands[1] });
  expect([first, second].map(({ commands, isLast }) => [commands.map(({ command_id }) => command_id), isLast])).toEqual(
    [
      [[2, 0].map(commandId), false],
      [[3, 1, 4].map(commandId), true],
    ],
  );
  // A place need not be a command that has ended: it may still run.
  const between = { started_at: '2027-01-15T08:01:30.000Z', command_id: commandId(7) };
  expect((await list(sandboxId, { limit: 9, after: between })).commands.map(({ command_id }) => command_id)).toEqual(
    [1, 4].map(commandId),
  );
});

test('what a report says beside its output is in lists too', async () => {
  const { add, list } = await begin();
  await add(sandboxId, [{ ...reportOf(), tty: true, session: 'build', user: 'root' }]);
  expect((await list(sandboxId, { limit: 1, after: undefined })).commands).toMatchObject([
    { tty: true, session: 'build', user: 'root' },
  ]);
});

test('C1: what is known of a command from its start is kept until its end is reported', async () => {
  const { add, addStarted, startedOf, outcomeOf, list } = await begin();
  const { stdout, stderr, ...started } = { ...reportOf({ outcome: 'running', exit_code: null }), session: 's' };
  const listed = async () => (await list(sandboxId, { limit: 9, after: undefined })).commands;
  await addStarted(sandboxId, started, until);
  await addStarted(sandboxId, started, until);
  expect([await startedOf(sandboxId, commandId()), await outcomeOf(sandboxId, commandId())]).toEqual([
    started,
    undefined,
  ]);
  expect(await listed()).toEqual([started]);
  await add(sandboxId, [reportOf({ exit_code: 2 })]);
  expect(await outcomeOf(sandboxId, commandId())).toMatchObject({ exit_code: 2 });
  // A start that is written late doesn't bring a command back.
  await addStarted(sandboxId, started, until);
  expect(await startedOf(sandboxId, commandId())).toBeUndefined();
  expect(await listed()).toMatchObject([{ outcome: 'exited', exit_code: 2 }]);
});
