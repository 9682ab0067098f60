import { expect, test } from 'vitest';
import { Marks } from '../../../../containers/agent/commands/launch/marks.ts';
import { parseStatus } from '../../../../containers/agent/commands/launch/processes.ts';

const lap = 50_000;

test('a mark is given again only when its command has ended and no process holds it', () => {
  let held = new Set([10_001]);
  const marks = new Marks(10_000, () => held);
  expect([marks.take(), marks.take()]).toEqual([10_000, 10_002]);
  for (let i = 0; i < lap - 3; i++) marks.release(marks.take());
  held = new Set([10_003]);
  marks.release(10_002);
  expect([marks.take(), marks.take(), marks.take()]).toEqual([10_001, 10_002, 10_004]);
  expect(marks.isGiven(10_000)).toBe(true);
  expect(marks.isGiven(9_999)).toBe(false);
});

test('fails when every mark is taken', () => {
  const marks = new Marks(59_999, () => new Set());
  const all = new Set(Array.from({ length: lap }, () => marks.take()));
  expect(all.size).toBe(lap);
  expect(() => marks.take()).toThrow(expect.objectContaining({ code: 'too_many_commands' }));
});

test('a process is read from its status, and a zombie is none', () => {
  const status = (state: string) => `Name:\tsh\nState:\t${state}\nGroups:\t10007 20 \nNSpgid:\t5\t1\nVmSize:\t1 kB\n`;
  expect(parseStatus(7, status('S (sleeping)'))).toEqual({
    pid: 7,
    groups: [10_007, 20],
    processGroup: 5,
    stopped: false,
  });
  expect(parseStatus(7, status('T (stopped)'))).toMatchObject({ stopped: true });
  expect(parseStatus(7, status('Z (zombie)'))).toBeUndefined();
  expect(parseStatus(7, 'nothing')).toBeUndefined();
});

test('a process whose first thread has ended is one as long as another runs', () => {
  const status = (threads: number) =>
    `Name:\tsh\nState:\tZ (zombie)\nGroups:\t10007 \nNSpgid:\t5\nThreads:\t${threads}\n`;
  expect(parseStatus(7, status(2))).toMatchObject({ pid: 7, groups: [10_007], processGroup: 5 });
  expect(parseStatus(7, status(1))).toBeUndefined();
});

test('a program that names itself like a status line does not get another’s groups', () => {
  expect(parseStatus(7, 'Name:\t\\nGroups:\t1\nState:\tR (running)\nGroups:\t10007 \n')?.groups).toEqual([10_007]);
});
