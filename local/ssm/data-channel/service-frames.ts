import { randomBytes, randomUUID } from 'node:crypto';
import { encodeMessage } from '../../../channel/codec/message.ts';
import { writeChannelClosed } from '../../../channel/codec/payloads.ts';

/** Frames with which the service asks for silence or ends it; all but the type is leftovers, and there is no payload. */
export function publicationFrame(type: 'start_publication' | 'pause_publication', nowMs: number): Buffer {
  const frame = randomBytes(120);
  frame.writeUInt32BE(116, 0);
  frame.write(type.padEnd(32), 4, 'latin1');
  frame.writeUInt32BE(1, 36);
  frame.writeBigUInt64BE(BigInt(nowMs), 40);
  return frame;
}

// As seen on the real service; it is no payload type of a stream.
const channelClosedPayloadType = 261;

/** The service's last word on a session. */
export function channelClosedFrame(sessionId: string, output: string, nowMs: number): Buffer {
  const messageId = randomUUID();
  return encodeMessage({
    messageType: 'channel_closed',
    createdDate: nowMs,
    sequenceNumber: 0n,
    flags: 3,
    messageId,
    payloadType: channelClosedPayloadType,
    payload: writeChannelClosed({ messageId, sessionId, output, createdDate: new Date(nowMs).toISOString() }),
  });
}
