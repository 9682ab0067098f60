import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelError } from '../../../channel/channel-error.ts';
import {
  readAcknowledgement,
  readChannelClosed,
  readSessionState,
  readSize,
  writeAcknowledgement,
  writeChannelClosed,
  writeSessionState,
  writeSize,
} from '../../../channel/codec/payloads.ts';

const file = new URL('../../vectors/ssm-messages.json', import.meta.url);
const vectors: { name: string; decoded: { payloadText: string } }[] = JSON.parse(readFileSync(file, 'utf8')).vectors;
const captured = (name: string): string => {
  const vector = vectors.find((candidate) => candidate.name === name);
  if (!vector) throw new Error(`no vector ${name}`);
  return vector.decoded.payloadText;
};

test('an acknowledgement is written as the real ones are, also above 2^53', () => {
  const written = (messageType: string, messageId: string, sequenceNumber: bigint) =>
    writeAcknowledgement({ messageType, messageId, sequenceNumber }).toString();
  expect(written('output_stream_data', '00112233-4455-6677-8899-aabbccddee0d', 0n)).toBe(
    captured('acknowledge/of-output'),
  );
  expect(written('input_stream_data', '00112233-4455-6677-8899-aabbccddee01', 2n ** 53n + 1n)).toBe(
    captured('acknowledge/of-input-seq-2^53'),
  );
});

test('fails when an acknowledged number is above 2^53, which JSON.parse would round', () => {
  expect(() => readAcknowledgement(Buffer.from(captured('acknowledge/of-input-seq-2^53')))).toThrow(ChannelError);
});

test('the captured payloads are read', () => {
  expect(readAcknowledgement(Buffer.from(captured('acknowledge/of-output')))).toEqual({ sequenceNumber: 0 });
  expect(readChannelClosed(Buffer.from(captured('channel_closed/ptype-261')))).toEqual({
    sessionId: 'ecs-execute-command-0',
    output: '\n----------ERROR-------\nboom\n',
  });
  expect(readSize(Buffer.from(captured('input/size')))).toEqual({ cols: 80, rows: 24 });
  expect(readSessionState(Buffer.from(captured('agent_session_state/terminating')))).toEqual({
    state: 'Terminating',
    sessionId: 'ecs-execute-command-0',
  });
});

test('size and session state are written byte for byte as captured', () => {
  expect(writeSize({ cols: 80, rows: 24 }).toString()).toBe(captured('input/size'));
  expect(writeSessionState({ state: 'Connected', sessionId: 'ecs-execute-command-0' }).toString()).toBe(
    captured('agent_session_state/connected'),
  );
});

test('a closing message is read back as written', () => {
  const closed = { sessionId: 'ecs-execute-command-1', output: 'why "it" ended\n' };
  const written = writeChannelClosed({
    ...closed,
    messageId: '00112233-4455-6677-8899-aabbccddee5a',
    createdDate: '2024-01-01T00:00:00.000Z',
  });
  expect(readChannelClosed(written)).toEqual(closed);
});

const readers = { readAcknowledgement, readChannelClosed, readSessionState, readSize };

test.for(Object.entries(readers))('any payload gives %s a result or a typed error', ([, read]) => {
  const payload = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({ AcknowledgedMessageSequenceNumber: fc.anything(), cols: fc.anything(), Output: fc.anything() })
      .map((value) => Buffer.from(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part)))),
  );
  fc.assert(
    fc.property(payload, (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ChannelError', code: 'payload_malformed' });
      }
    }),
  );
});

test('fails when an acknowledgement names no number', () => {
  expect(() => readAcknowledgement(Buffer.from('{}'))).toThrow('AcknowledgedMessageSequenceNumber');
});
