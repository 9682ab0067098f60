import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Terminal } from '../../../../local/engines/engine.ts';
import { paces } from '../../../../local/ssm/data-channel/pace.ts';
import { TerminalReader } from '../../../../local/ssm/sessions/terminal-reader.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

function start() {
  const clock = new ManualClock();
  const ended = Promise.withResolvers<{ exitCode: number; signal: number }>();
  const state = { paused: false };
  let print: (chunk: Buffer) => void = () => undefined;
  const terminal: Terminal = {
    onData: (listener) => {
      print = listener;
    },
    write: () => true,
    drained: async () => undefined,
    pause: () => {
      state.paused = true;
    },
    resume: () => {
      state.paused = false;
    },
    resize: () => undefined,
    kill: () => undefined,
    exited: ended.promise,
  };
  const reads: number[] = [];
  const reader = new TerminalReader(terminal, clock, paces.real, (bytes) => void reads.push(bytes.length));
  return { clock, state, reads, reader, print: (length: number) => print(Buffer.alloc(length, 'x')), ended };
}

test('nothing is read for the first second, then 1,024 bytes at most, with a millisecond between', () => {
  const { clock, state, reads, print } = start();
  print(2_500);
  expect(state.paused).toBe(true);
  clock.pass(999);
  expect(reads).toEqual([]);
  clock.pass(1);
  expect(reads).toEqual([1_024]);
  expect(state.paused).toBe(false);
  clock.pass(1);
  expect(reads).toEqual([1_024, 1_024]);
  clock.pass(1);
  expect(reads).toEqual([1_024, 1_024, 452]);
  clock.pass(1);
  print(5);
  expect(reads.at(-1)).toBe(5);
});

test('a terminal that prints faster than it is read is not emptied any further', () => {
  const { clock, state, print } = start();
  clock.pass(1_000);
  print(70_000);
  expect(state.paused).toBe(true);
  clock.pass(10);
  expect(state.paused).toBe(false);
});

test('it is finished when the program has ended and all it printed was read', async () => {
  const { clock, reads, reader, print, ended } = start();
  let finished = false;
  void reader.finished.then(() => {
    finished = true;
  });
  print(1_500);
  ended.resolve({ exitCode: 0, signal: 0 });
  clock.pass(1_000);
  await setImmediate();
  expect(finished).toBe(false);
  clock.pass(2);
  await setImmediate();
  expect(finished).toBe(true);
  expect(reads).toEqual([1_024, 476]);
  expect(clock.pending).toBe(0);
});

test('while it is held it reads nothing and leaves the terminal to fill up', () => {
  const { clock, state, reads, reader, print } = start();
  clock.pass(1_000);
  reader.hold();
  print(10);
  clock.pass(1_000);
  expect(reads).toEqual([]);
  expect(state.paused).toBe(true);
  reader.release();
  expect(reads).toEqual([10]);
  expect(state.paused).toBe(false);
});
