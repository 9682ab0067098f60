import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CommandEnd } from '../../../../containers/agent/commands/terminate/command-end.ts';
import { countOomKills, parseOomKills } from '../../../../containers/agent/commands/terminate/out-of-memory.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

/** The end of a command that has no processes to signal. */
function ending(kills: readonly number[] = [0]) {
  const clock = new ManualClock();
  const counts = [...kills];
  const oomKills = () => counts.shift() ?? kills.at(-1) ?? 0;
  const end = new CommandEnd({ clock, machineClock: clock, selection: () => false, oomKills });
  return { clock, end };
}

const killed = { code: null, signal: 'SIGKILL' } as const;

test.for([
  ['by itself', { code: 3, signal: null }, { outcome: 'exited', exit_code: 3, signal: null }],
  [
    'by a signal of its own',
    { code: null, signal: 'SIGABRT' },
    { outcome: 'signaled', exit_code: null, signal: 'SIGABRT' },
  ],
  ['by SIGKILL from elsewhere', killed, { outcome: 'signaled', exit_code: null, signal: 'SIGKILL' }],
] as const)('a command that ended %s is said to', ([, exit, end]) => {
  expect(ending().end.endOf(exit)).toEqual(end);
});

test('a SIGKILL that nobody asked for is want of memory when the kernel has counted one meanwhile', () => {
  const outOfMemory = { outcome: 'out_of_memory', exit_code: null, signal: 'SIGKILL' };
  expect(ending([4, 5]).end.endOf(killed)).toEqual(outOfMemory);
  expect(ending([4, 5]).end.endOf({ code: 137, signal: null })).toEqual(outOfMemory);
  expect(ending([4, 4]).end.endOf({ code: 137, signal: null })).toMatchObject({ outcome: 'exited', exit_code: 137 });
  expect(ending([4, 5]).end.endOf({ code: 1, signal: null })).toMatchObject({ outcome: 'exited', exit_code: 1 });
  const asked = ending([4, 5]);
  asked.end.signal({ signal: 'SIGKILL' });
  expect(asked.end.endOf(killed)).toMatchObject({ outcome: 'killed' });
});

test('a signal that was sent and ended the command made it killed; one it survived did not', () => {
  const { end } = ending();
  end.signal({ signal: 'SIGTERM' });
  expect(end.endOf({ code: null, signal: 'SIGTERM' })).toMatchObject({ outcome: 'killed', signal: 'SIGTERM' });
  expect(end.endOf({ code: 0, signal: null })).toMatchObject({ outcome: 'exited', exit_code: 0 });
  expect(end.endOf({ code: null, signal: 'SIGSEGV' })).toMatchObject({ outcome: 'signaled' });
});

test('a command whose end nobody is told of, since another process traces it, is given up', async () => {
  const { clock, end } = ending();
  end.endedBy(Promise.resolve(0));
  await turn();
  let given: unknown;
  void end.abandoned.then((exit) => (given = exit));
  clock.pass(1_999);
  await turn();
  expect(given).toBeUndefined();
  clock.pass(1);
  await turn();
  expect(given).toEqual(killed);
  expect(end.endOf(killed)).toMatchObject({ outcome: 'killed' });
});

test('a time-out after the leader’s end changes nothing, and its timer is gone', async () => {
  const { clock, end } = ending();
  end.limit(60);
  await end.exited();
  expect(clock.pending).toBe(0);
  end.endedBy(Promise.resolve(0));
  expect(end.endOf({ code: 0, signal: null })).toMatchObject({ outcome: 'exited' });
});

test('of several escalations the first due is kept, however many are asked for, and it settles', async () => {
  const { clock, end } = ending();
  for (let i = 0; i < 100; i++) end.signal({ signal: 'SIGTERM', escalate_after_ms: 10_000 - i });
  expect(clock.pending).toBe(1);
  let settled = false;
  const over = end.settled().then(() => (settled = true));
  clock.pass(9_900);
  await turn();
  expect(settled).toBe(false);
  clock.pass(1);
  await over;
  expect(end.endOf(killed)).toMatchObject({ outcome: 'killed' });
});

test('the kernel’s counter is read wherever it is told', () => {
  expect(parseOomKills('low 0\noom 3\noom_kill 2\noom_group_kill 0\n')).toBe(2);
  expect(parseOomKills('oom_kill_disable 0\nunder_oom 0\noom_kill 7\n')).toBe(7);
  expect(parseOomKills('low 0\n')).toBeUndefined();
  expect(countOomKills(['/no/such/file', '/proc/self/status', '/proc/vmstat'])).toBeGreaterThanOrEqual(0);
  expect(countOomKills(['/no/such/file'])).toBe(0);
});
