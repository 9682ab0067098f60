import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelError } from '../../../channel/channel-error.ts';
import { checkAsAgent, checkAsClient } from '../../../channel/codec/check-message.ts';
import { decodeMessage, encodeMessage, type MessageFields, maxFrameBytes } from '../../../channel/codec/message.ts';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

const fields: fc.Arbitrary<Required<MessageFields>> = fc.record({
  messageType: fc.stringMatching(/^[a-z_]{1,32}$/),
  schemaVersion: fc.integer({ min: 0, max: 0xffffffff }),
  createdDate: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  sequenceNumber: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  flags: fc.maxSafeNat(),
  messageId: fc.uuid(),
  payloadType: fc.integer({ min: 0, max: 0xffffffff }),
  payload: bytes(1, 2000),
});

const valid: MessageFields = {
  messageType: 'input_stream_data',
  createdDate: 1,
  sequenceNumber: 0n,
  flags: 0,
  messageId: '00112233-4455-6677-8899-aabbccddee01',
  payloadType: 1,
  payload: Buffer.from('x'),
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ChannelError) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

test('what is written is read back, and passes both readers', () => {
  fc.assert(
    fc.property(fields, (written) => {
      const message = decodeMessage(encodeMessage(written));
      expect(message).toMatchObject({ ...written, headerLength: 116, payloadLength: written.payload.length });
      checkAsAgent(message);
      checkAsClient(message);
    }),
  );
});

test('garbage gives a typed error or a message, and nothing else', () => {
  fc.assert(
    fc.property(bytes(0, 400), (garbage) => {
      const code = codeOf(() => checkAsClient(decodeMessage(garbage)));
      expect(code).toMatch(/^(nothing thrown|frame_too_short|header_length|message_type|created_date|payload_digest)$/);
    }),
  );
});

test('a message cut anywhere or with one byte changed gives a typed error or a message', () => {
  fc.assert(
    fc.property(fields, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
      const frame = encodeMessage(written);
      const position = at % frame.length;
      codeOf(() => checkAsClient(decodeMessage(frame.subarray(0, position))));
      frame[position] = (frame[position] ?? 0) ^ change;
      codeOf(() => checkAsClient(decodeMessage(frame)));
    }),
  );
});

test('the payload is found in a view that starts inside a larger buffer', () => {
  const frame = encodeMessage(valid);
  const padded = new Uint8Array(frame.length + 7);
  padded.set(frame, 7);
  expect(decodeMessage(padded.subarray(7)).payload.toString()).toBe('x');
});

test('what a frame has between its header and its payload is kept alive by neither', () => {
  const frame = Buffer.concat([encodeMessage(valid), Buffer.alloc(100_000), Buffer.from('payload')]);
  frame.writeUInt32BE(frame.length - 'payload'.length - 4, 0);
  const { payload, payloadDigest } = decodeMessage(frame);
  expect(payload.toString()).toBe('payload');
  expect(payloadDigest).toEqual(decodeMessage(encodeMessage(valid)).payloadDigest);
  for (const view of [payload, payloadDigest]) expect(view.buffer.byteLength).toBeLessThan(frame.length);
});

test.for([
  ['message_type', { messageType: '' }],
  ['message_type', { messageType: 'with space' }],
  ['message_type', { messageType: 'é' }],
  ['message_id', { messageId: 'no uuid' }],
  ['message_id', { messageId: '00112233-4455-6677-8899-AABBCCDDEE01' }],
  ['created_date', { createdDate: 0 }],
  ['created_date', { createdDate: 1.5 }],
  ['sequence_number', { sequenceNumber: 2n ** 63n }],
  ['field_range', { flags: -1 }],
  ['field_range', { payloadType: 2 ** 32 }],
  ['payload_empty', { payload: Buffer.alloc(0) }],
  ['frame_too_long', { payload: Buffer.alloc(maxFrameBytes) }],
] as const)('fails with %s when a field has no place on the wire: %o', ([code, wrong]) => {
  expect(codeOf(() => encodeMessage({ ...valid, ...wrong }))).toBe(code);
});

test('fails when a frame is longer than the bound', () => {
  expect(codeOf(() => decodeMessage(new Uint8Array(maxFrameBytes + 1)))).toBe('frame_too_long');
});
