import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type Process, processes } from '../../../../containers/agent/commands/launch/processes.ts';
import { signalOnce, terminate } from '../../../../containers/agent/commands/terminate/terminate.ts';
import { systemClock } from '../../../../contract/clock.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

// What the kernel says when others have every file open that it allows.
const noFiles = Object.assign(new Error('file table overflow'), { code: 'ENFILE' });

function sleeper(): ChildProcess & { readonly pid: number } {
  const child = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { readonly pid: number };
}

/** A look at the processes that fails so many times first. */
function blind(times: number): () => Iterable<Process> {
  let left = times;
  return () => {
    if (left-- > 0) throw noFiles;
    return processes();
  };
}

test('where nobody can look for processes the first one is ended, and what is left is found when there is room again', async () => {
  const [leader, other] = [sleeper(), sleeper()];
  const ours = new Set([leader.pid, other.pid]);
  const ends = Promise.all([leader, other].map((child) => once(child, 'exit')));
  const sight = { walk: blind(3), leaders: () => [leader.pid] };
  expect(await terminate(({ pid }) => ours.has(pid), systemClock, 0, sight)).toBe(0);
  expect((await ends).map(([, signal]) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
});

test('processes that nobody can look for are given up, and are not said to be gone', async () => {
  const clock = new ManualClock();
  let left: number | undefined;
  const ending = terminate(() => true, clock, 2_000, { walk: blind(Number.POSITIVE_INFINITY) }).then((some) => {
    left = some;
  });
  while (left === undefined) {
    clock.pass(50);
    await new Promise(setImmediate);
  }
  await ending;
  expect(left).toBe(1);
});

test('a signal reaches the first process where nobody can look for others', async () => {
  const leader = sleeper();
  const exit = once(leader, 'exit');
  signalOnce(() => true, 'SIGUSR1', { walk: blind(1), leaders: () => [leader.pid] });
  expect(await exit).toEqual([null, 'SIGUSR1']);
});
