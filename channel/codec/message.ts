// The frame of the Systems Manager message service, big-endian, as session-manager-plugin and amazon-ssm-agent write it.
import { createHash } from 'node:crypto';
import { ChannelError } from '../channel-error.ts';
import { readUuid, writeUuid } from './swapped-uuid.ts';

/** The types the data channel carries; a reader ignores those it doesn't know. */
export type MessageType =
  | 'input_stream_data'
  | 'output_stream_data'
  | 'acknowledge'
  | 'channel_closed'
  | 'start_publication'
  | 'pause_publication'
  | 'agent_session_state';

/** What a writer says of a message; the rest of the frame follows from it. */
export interface MessageFields {
  readonly messageType: string;
  readonly createdDate: number;
  /** Signed 64 bits on the wire, so not a number. */
  readonly sequenceNumber: bigint;
  readonly flags: number;
  /** A UUID, lower case. */
  readonly messageId: string;
  /** One of `payloadTypes` in a stream message, 0 in others. */
  readonly payloadType: number;
  readonly payload: Uint8Array;
  readonly schemaVersion?: number;
}

/** A message as it was on the wire. `createdDate` and `flags` are rounded above 2^53; nobody computes with them. */
export interface AgentMessage extends Required<MessageFields> {
  readonly headerLength: number;
  readonly payload: Buffer;
  readonly payloadDigest: Buffer;
  /** What the writer claimed; the payload itself goes to the end of the frame. */
  readonly payloadLength: number;
}

const typeBytes = 32;
// What stands before PayloadLength; writers put it into HeaderLength, and the payload starts four bytes after it.
const headerLength = 116;
const payloadStart = headerLength + 4;

/** Larger frames are refused: the agent sends about 1 KB, and nobody has seen more than 32 KB pass the service. */
export const maxFrameBytes = 128 * 1024;

/** The bytes of a message. Throws a `ChannelError` naming the field that has no place on the wire. */
export function encodeMessage(fields: MessageFields): Buffer {
  checkWritable(fields);
  const frame = Buffer.alloc(payloadStart + fields.payload.length);
  frame.writeUInt32BE(headerLength, 0);
  frame.fill(' ', 4, 4 + typeBytes);
  frame.write(fields.messageType, 4, 'latin1');
  frame.writeUInt32BE(fields.schemaVersion ?? 1, 36);
  frame.writeBigUInt64BE(BigInt(fields.createdDate), 40);
  frame.writeBigInt64BE(fields.sequenceNumber, 48);
  frame.writeBigUInt64BE(BigInt(fields.flags), 56);
  writeUuid(fields.messageId, frame, 64);
  frame.set(digestOf(fields.payload), 80);
  frame.writeUInt32BE(fields.payloadType, 112);
  frame.writeUInt32BE(fields.payload.length, 116);
  frame.set(fields.payload, payloadStart);
  return frame;
}

/**
 * Reads a frame as both real parsers do, except that where they read past its end and die, this throws.
 * The payload is a view of the frame, or of a copy as large as it has to be. What the fields mean is not checked: see `checkAsClient` and `checkAsAgent`.
 */
export function decodeMessage(frame: Uint8Array): AgentMessage {
  if (frame.length < payloadStart)
    throw new ChannelError('frame_too_short', `frame has ${frame.length} bytes, must have at least ${payloadStart}`);
  if (frame.length > maxFrameBytes)
    throw new ChannelError('frame_too_long', `frame has ${frame.length} bytes, may have at most ${maxFrameBytes}`);
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const claimedHeaderLength = bytes.readUInt32BE(0);
  // Both real readers add in 32 bits, so a length near 2^32 wraps round to the start of the frame.
  const start = (claimedHeaderLength + 4) >>> 0;
  if (start > bytes.length)
    throw new ChannelError(
      'header_length',
      `header length ${claimedHeaderLength} puts the payload behind the frame's ${bytes.length} bytes`,
    );
  // What lies between the two is nobody's. A payload that waits must not keep it.
  const kept = start > payloadStart ? Buffer.concat([bytes.subarray(0, payloadStart), bytes.subarray(start)]) : bytes;
  return {
    headerLength: claimedHeaderLength,
    messageType: trimType(bytes.toString('latin1', 4, 4 + typeBytes)),
    schemaVersion: bytes.readUInt32BE(36),
    createdDate: Number(bytes.readBigUInt64BE(40)),
    sequenceNumber: bytes.readBigInt64BE(48),
    flags: Number(bytes.readBigUInt64BE(56)),
    messageId: readUuid(bytes, 64),
    payloadDigest: kept.subarray(80, 112),
    payloadType: bytes.readUInt32BE(112),
    payloadLength: bytes.readUInt32BE(116),
    payload: kept.subarray(Math.min(start, payloadStart)),
  };
}

/** SHA-256, as in the frame's PayloadDigest. */
export const digestOf = (payload: Uint8Array): Buffer => createHash('sha256').update(payload).digest();

const trimType = (padded: string): string => padded.replace(/^\0+|\0+$/g, '').replace(/^ +| +$/g, '');

function checkWritable({ messageType, createdDate, sequenceNumber, payload, ...rest }: MessageFields): void {
  if (!/^[\x21-\x7e]{1,32}$/.test(messageType))
    throw new ChannelError(
      'message_type',
      `message type ${JSON.stringify(messageType)} must be 1 to 32 printable ASCII`,
    );
  if (!Number.isSafeInteger(createdDate) || createdDate <= 0)
    throw new ChannelError(
      'created_date',
      `created date ${createdDate} must be a positive whole number of milliseconds`,
    );
  if (BigInt.asIntN(64, sequenceNumber) !== sequenceNumber)
    throw new ChannelError('sequence_number', `sequence number ${sequenceNumber} must fit 64 bits, signed`);
  // Both real writers refuse it too.
  if (payload.length === 0) throw new ChannelError('payload_empty', `payload of ${messageType} is empty, must not be`);
  if (payload.length > maxFrameBytes - payloadStart)
    throw new ChannelError(
      'frame_too_long',
      `payload has ${payload.length} bytes, the frame may have ${maxFrameBytes}`,
    );
  checkRange('flags', rest.flags, Number.MAX_SAFE_INTEGER);
  checkRange('payload type', rest.payloadType, 0xffffffff);
  checkRange('schema version', rest.schemaVersion ?? 1, 0xffffffff);
}

function checkRange(field: string, value: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max)
    throw new ChannelError('field_range', `${field} ${value} must be a whole number from 0 to ${max}`);
}
