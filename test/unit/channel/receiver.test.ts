import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AgentMessage, decodeMessage, encodeMessage } from '../../../channel/codec/message.ts';
import { Receiver, type ReceiverOptions } from '../../../channel/sequence/receiver.ts';

const message = (sequenceNumber: bigint, payload = 'x'): AgentMessage =>
  decodeMessage(
    encodeMessage({
      messageType: 'output_stream_data',
      createdDate: 1,
      sequenceNumber,
      flags: 0,
      messageId: '00112233-4455-6677-8899-aabbccddee01',
      payloadType: 1,
      payload: Buffer.from(payload),
    }),
  );

const set = (options: Partial<ReceiverOptions> = {}) => {
  const acknowledged: number[] = [];
  const delivered: number[] = [];
  const receiver = new Receiver({
    acknowledge: ({ sequenceNumber }) => acknowledged.push(Number(sequenceNumber)),
    deliver: ({ sequenceNumber }) => delivered.push(Number(sequenceNumber)),
    ...options,
  });
  return { receiver, acknowledged, delivered };
};

test('whatever order and however often they come, messages are delivered once, in order, and each arrival acknowledged', () => {
  const arrivals = fc
    .integer({ min: 1, max: 30 })
    .chain((count) =>
      fc
        .array(fc.nat(count - 1), { maxLength: 60 })
        .chain((repeats) =>
          fc.shuffledSubarray([...Array(count).keys(), ...repeats], { minLength: count + repeats.length }),
        ),
    );
  fc.assert(
    fc.property(arrivals, (numbers) => {
      const { receiver, acknowledged, delivered } = set();
      for (const number of numbers) receiver.receive(message(BigInt(number)));
      expect(delivered).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(acknowledged).toEqual(numbers);
    }),
  );
});

test('a message is acknowledged before it is delivered', () => {
  const events: string[] = [];
  const { receiver } = set({ acknowledge: () => events.push('acknowledge'), deliver: () => events.push('deliver') });
  receiver.receive(message(0n));
  expect(events).toEqual(['acknowledge', 'deliver']);
});

test('what has no room is not acknowledged, and taken when it comes again', () => {
  const { receiver, acknowledged, delivered } = set({ maxHeldMessages: 2, maxHeldBytes: 10 });
  receiver.receive(message(3n));
  receiver.receive(message(2n, 'eleven byte'));
  expect(acknowledged).toEqual([]);
  for (const number of [2n, 1n, 0n, 3n]) receiver.receive(message(number));
  expect(delivered).toEqual([0, 1, 2, 3]);
});

test('numbers nobody can have reached are neither acknowledged nor held', () => {
  const { receiver, acknowledged } = set();
  for (const number of [-1n, 2n ** 63n - 1n, 10_001n]) receiver.receive(message(number));
  expect(acknowledged).toEqual([]);
});

test('a message that is not accepted is neither acknowledged nor passed over', () => {
  let ready = false;
  const { receiver, acknowledged, delivered } = set({ accepts: () => ready });
  receiver.receive(message(0n));
  receiver.receive(message(1n));
  expect([acknowledged, delivered]).toEqual([[1], []]);
  ready = true;
  receiver.receive(message(0n));
  expect([acknowledged, delivered]).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test('held messages wait for acceptance too, and are delivered when asked', () => {
  let accepted = 0;
  const { receiver, delivered } = set({ accepts: ({ sequenceNumber }) => sequenceNumber <= accepted });
  for (const number of [1n, 0n]) receiver.receive(message(number));
  expect(delivered).toEqual([0]);
  accepted = 1;
  receiver.drain();
  expect(delivered).toEqual([0, 1]);
});
