import { randomUUID } from 'node:crypto';
import { type AgentMessage, encodeMessage } from '../codec/message.ts';
import { writeAcknowledgement } from '../codec/payloads.ts';

/** The frame that acknowledges a stream message. Unsequenced itself; the flags are what both real sides write. */
export const acknowledgement = (of: AgentMessage, createdDate: number): Buffer =>
  encodeMessage({
    messageType: 'acknowledge',
    createdDate,
    sequenceNumber: 0n,
    flags: 3,
    messageId: randomUUID(),
    payloadType: 0,
    payload: writeAcknowledgement(of),
  });
