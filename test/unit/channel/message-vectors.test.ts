import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ChannelError } from '../../../channel/channel-error.ts';
import { checkAsAgent, checkAsClient } from '../../../channel/codec/check-message.ts';
import { type AgentMessage, decodeMessage, digestOf, encodeMessage } from '../../../channel/codec/message.ts';

interface Verdict {
  readonly result: 'valid' | 'invalid' | 'parse-error' | 'panic' | 'serialize-error';
}

interface Vector {
  readonly name: string;
  readonly hex: string | null;
  readonly input: {
    readonly messageType: string;
    readonly schemaVersion: number;
    readonly createdDate: number;
    readonly sequenceNumber: string;
    readonly flags: number;
    readonly messageId: string;
    readonly payloadType: number;
    readonly payloadHex: string;
  } | null;
  readonly decoded: { readonly payloadHex: string; readonly digestMatches: boolean } & Record<string, unknown>;
  readonly agent: Verdict;
  readonly plugin: Verdict;
}

const file = new URL('../../vectors/ssm-messages.json', import.meta.url);
const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;
const frameOf = (vector: Vector): Buffer => Buffer.from(vector.hex ?? '', 'hex');
const dead = new Set(['parse-error', 'panic']);
const isParsed = (vector: Vector) => !dead.has(vector.agent.result) && vector.agent.result !== 'serialize-error';

test('all captured vectors are here', () => {
  expect(vectors).toHaveLength(85);
});

test.for(vectors.filter(({ input }) => input !== null))(
  'writes the same bytes as the real writers: $name',
  (vector) => {
    const { input } = vector;
    if (!input) throw new Error('filtered above');
    const { payloadHex, sequenceNumber, ...fields } = input;
    const write = () =>
      encodeMessage({ ...fields, sequenceNumber: BigInt(sequenceNumber), payload: Buffer.from(payloadHex, 'hex') });
    if (vector.agent.result === 'serialize-error') expect(write).toThrow(ChannelError);
    else expect(write().toString('hex')).toBe(vector.hex);
  },
);

test.for(vectors.filter(isParsed))('reads the same fields as the real readers: $name', (vector) => {
  const message = decodeMessage(frameOf(vector));
  const { payloadHex, digestMatches, payloadTypeName: _name, payloadText: _text, ...fields } = vector.decoded;
  expect({
    ...message,
    sequenceNumber: String(message.sequenceNumber),
    payloadDigest: message.payloadDigest.toString('hex'),
    payload: message.payload.toString('hex'),
    // The agent, whose view was captured, can't read a length that is the frame's last field, and takes it for 0.
    payloadLength: frameOf(vector).length === 120 ? 0 : message.payloadLength,
  }).toEqual({ ...fields, payload: payloadHex });
  expect(digestOf(message.payload).equals(message.payloadDigest)).toBe(digestMatches);
});

const judges = { agent: checkAsAgent, plugin: checkAsClient } as const;

test.for(
  vectors.filter(isParsed).flatMap((vector) => [
    { name: vector.name, side: 'agent' as const, vector },
    { name: vector.name, side: 'plugin' as const, vector },
  ]),
)('comes to the same verdict as the real $side: $name', ({ side, vector }) => {
  const message: AgentMessage = decodeMessage(frameOf(vector));
  if (vector[side].result === 'valid') expect(judges[side](message)).toBeUndefined();
  else expect(() => judges[side](message)).toThrow(ChannelError);
});

test.for(vectors.filter(({ agent, plugin }) => dead.has(agent.result) || dead.has(plugin.result)))(
  'throws a typed error where a real reader fails or panics: $name',
  (vector) => {
    expect(() => decodeMessage(frameOf(vector))).toThrow(ChannelError);
  },
);
