import { expect, test } from 'vitest';
import { type AgentMessage, decodeMessage } from '../../../channel/codec/message.ts';
import { Sender } from '../../../channel/sequence/sender.ts';
import { agentTuning, clientTuning, type SenderTuning } from '../../../channel/sequence/tuning.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const set = (tuning: SenderTuning = clientTuning) => {
  const clock = new ManualClock();
  const frames: Buffer[] = [];
  const told = { room: 0, resends: 0, givenUp: [] as string[] };
  const sender = new Sender({
    messageType: 'input_stream_data',
    tuning,
    clock,
    transmit: (frame) => frames.push(frame),
    onRoom: () => told.room++,
    onResend: () => told.resends++,
    onGiveUp: ({ code }) => told.givenUp.push(code),
  });
  const numbers = () => frames.map((frame) => Number(decodeMessage(frame).sequenceNumber));
  return { clock, frames, sender, told, numbers };
};

const byte = Buffer.from('x');

test('messages are numbered from 0 whatever their type', () => {
  const { sender, frames } = set();
  for (const type of [3, 1, 10]) sender.send(type, byte);
  const sent: AgentMessage[] = frames.map((frame) => decodeMessage(frame));
  expect(sent.map(({ sequenceNumber, payloadType }) => [sequenceNumber, payloadType])).toEqual([
    [0n, 3],
    [1n, 1],
    [2n, 10],
  ]);
});

test("only the agent's first message carries the SYN flag", () => {
  for (const [tuning, flags] of [
    [agentTuning, [1, 0]],
    [clientTuning, [0, 0]],
  ] as const) {
    const { sender, frames } = set(tuning);
    sender.send(1, byte);
    sender.send(1, byte);
    expect(frames.map((frame) => decodeMessage(frame).flags)).toEqual(flags);
  }
});

test('only the oldest message is sent again, byte for byte, until it is acknowledged', () => {
  const { sender, frames, clock, numbers } = set();
  for (let index = 0; index < 3; index++) sender.send(1, byte);
  clock.pass(1_000);
  expect(numbers()).toEqual([0, 1, 2, 0, 0, 0, 0, 0]);
  expect(new Set(frames.filter((_, index) => index === 0 || index > 2).map(String)).size).toBe(1);
  frames.length = 0;
  sender.acknowledge(0);
  clock.pass(0);
  expect(numbers()).toEqual([1]);
});

test('the real agent looks for what else was lost only when it is time', () => {
  const { sender, frames, clock, numbers } = set(agentTuning);
  for (let index = 0; index < 3; index++) sender.send(1, byte);
  clock.pass(250);
  frames.length = 0;
  sender.acknowledge(0);
  clock.pass(0);
  expect(numbers()).toEqual([]);
  clock.pass(1_000);
  expect(numbers()).toContain(1);
});

test('on a new wire everything unacknowledged goes out again, in order and byte for byte, before what waits', () => {
  const { sender, frames, numbers } = set({ ...clientTuning, windowBytes: 400 });
  for (let index = 0; index < 5; index++) sender.send(1, byte);
  const first = frames.map(String);
  expect(numbers()).toEqual([0, 1, 2, 3]);
  frames.length = 0;
  sender.sendAgain();
  expect(frames.map(String)).toEqual(first);
  sender.acknowledge(1);
  expect(numbers().slice(4)).toEqual([4]);
});

test('what goes out again keeps the pace', () => {
  const { sender, frames, clock } = set();
  for (let index = 0; index < 600; index++) sender.send(1, byte);
  clock.pass(2_000);
  frames.length = 0;
  sender.sendAgain();
  expect(frames.length).toBeLessThanOrEqual(50);
  clock.pass(1_000);
  expect(frames.length).toBeLessThan(900);
});

test('says each time that the oldest message goes out again', () => {
  const { sender, clock, told } = set();
  sender.send(1, byte);
  clock.pass(650);
  expect(told.resends).toBe(3);
});

test('acknowledgements in any order, repeated or of nothing are taken', () => {
  const { sender, clock, frames } = set();
  for (let index = 0; index < 3; index++) sender.send(1, byte);
  for (const number of [2, 0, 2, 99, 1, -1]) sender.acknowledge(number);
  expect(sender.outstanding).toBe(0);
  frames.length = 0;
  clock.pass(10_000);
  expect(frames).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('the time-out follows the round trip, and stays under a second', () => {
  const { sender, clock, frames } = set();
  for (let index = 0; index < 40; index++) {
    sender.send(1, byte);
    // Late, but still before the head is sent again.
    clock.pass(190);
    sender.acknowledge(index);
  }
  frames.length = 0;
  sender.send(1, byte);
  clock.pass(199);
  expect(frames).toHaveLength(1);
  clock.pass(801);
  expect(frames.length).toBeGreaterThan(1);
});

test('a full window holds messages back, and says when there is room', () => {
  const { sender, frames, told } = set();
  const large = Buffer.alloc(100 * 1024);
  expect([sender.send(1, large), sender.send(1, large), sender.send(1, large)]).toEqual([true, true, false]);
  expect(frames).toHaveLength(2);
  sender.acknowledge(0);
  expect(frames).toHaveLength(3);
  expect(told.room).toBe(1);
});

test('a message larger than the window is sent when it is alone', () => {
  const { sender, frames } = set({ ...clientTuning, windowBytes: 10 });
  sender.send(1, Buffer.alloc(1000));
  sender.send(1, Buffer.alloc(1000));
  expect(frames).toHaveLength(1);
  sender.acknowledge(0);
  expect(frames).toHaveLength(2);
});

test('no second sees more than 900 messages', () => {
  const { sender, frames, clock } = set();
  for (let index = 0; index < 5_000; index++) sender.send(1, byte);
  const perSecond: number[] = [];
  for (let second = 0; second < 5; second++) {
    const before = frames.length;
    for (let ms = 0; ms < 1_000; ms += 10) {
      clock.pass(10);
      for (let number = 0; number < frames.length; number++) sender.acknowledge(number);
    }
    perSecond.push(frames.length - before);
  }
  expect(Math.max(...perSecond)).toBeLessThan(900);
  expect(Math.min(...perSecond)).toBeGreaterThan(700);
});

test('a paused client sends nothing new, and tries the head once a second', () => {
  const { sender, clock, numbers, frames } = set();
  sender.send(3, byte);
  sender.pause();
  sender.send(1, byte);
  frames.length = 0;
  clock.pass(3_100);
  expect(numbers()).toEqual([0, 0, 0]);
  sender.resume();
  clock.pass(0);
  expect(numbers().slice(3)).toEqual([1]);
});

test('a paused agent is silent until an acknowledgement or the start of publication', () => {
  const { sender, clock, frames } = set(agentTuning);
  sender.send(1, byte);
  sender.pause();
  frames.length = 0;
  clock.pass(30_000);
  expect(frames).toEqual([]);
  sender.resume();
  clock.pass(0);
  expect(frames).toHaveLength(1);
  sender.pause();
  sender.send(1, byte);
  sender.acknowledge(0);
  expect(frames).toHaveLength(2);
});

test('gives up once when nothing is acknowledged for a minute, and leaves no timer', () => {
  const { sender, clock, told } = set();
  sender.send(1, byte);
  clock.pass(50_000);
  expect(told.givenUp).toEqual([]);
  clock.pass(60_000);
  expect(told.givenUp).toEqual(['unacknowledged']);
  expect(clock.pending).toBe(0);
});

test('does not give up while something is acknowledged now and then', () => {
  const { sender, clock, told } = set();
  for (let index = 0; index < 5; index++) sender.send(1, byte);
  for (let index = 0; index < 5; index++) {
    clock.pass(50_000);
    sender.acknowledge(index);
  }
  expect(told.givenUp).toEqual([]);
});

test('what waits can be dropped in favour of a last word', () => {
  const { sender, frames } = set({ ...clientTuning, windowBytes: 10 });
  for (let index = 0; index < 4; index++) sender.send(1, byte);
  sender.send(1, Buffer.alloc(1000));
  sender.dropWaiting();
  sender.send(1, Buffer.from('bye'));
  for (let index = 0; index < 5; index++) sender.acknowledge(index);
  const last = frames.at(-1);
  expect(last && decodeMessage(last).payload.toString()).toBe('bye');
});
