// The JSON inside messages, with the names, the order and the types of the real writers.
import { ChannelError } from '../channel-error.ts';
import type { AgentMessage, MessageType } from './message.ts';

/** PayloadType of a stream message. Client to agent, data is `output` too. */
export const payloadTypes = {
  output: 1,
  error: 2,
  size: 3,
  parameter: 4,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallengeRequest: 8,
  encryptionChallengeResponse: 9,
  flag: 10,
  stderr: 11,
  exitCode: 12,
} as const;

/** An acknowledgement, as far as a receiver looks at it: both real ones match on the number alone. */
export interface Acknowledgement {
  readonly sequenceNumber: number;
}

export interface ChannelClosed {
  readonly sessionId: string;
  /** Empty, or why the session could not start or was ended. */
  readonly output: string;
}

export interface SessionState {
  readonly sessionId: string;
  readonly state: 'Connected' | 'Terminating';
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** Written by hand because JSON.stringify can't write a number above 2^53, and a sequence number may be one. */
export const writeAcknowledgement = (of: Pick<AgentMessage, 'messageType' | 'messageId' | 'sequenceNumber'>): Buffer =>
  Buffer.from(
    `{"AcknowledgedMessageType":${JSON.stringify(of.messageType)},"AcknowledgedMessageId":"${of.messageId}",` +
      `"AcknowledgedMessageSequenceNumber":${of.sequenceNumber},"IsSequentialMessage":true}`,
  );

/** Throws `payload_malformed` also for a number above 2^53: nobody here has sent a message with it. */
export function readAcknowledgement(payload: Uint8Array): Acknowledgement {
  const fields = readObject('acknowledge', payload);
  const name = 'AcknowledgedMessageSequenceNumber';
  return { sequenceNumber: readInteger('acknowledge', name, fields[name], Number.MAX_SAFE_INTEGER) };
}

/** What the service sends both ends when a session is over. */
export const writeChannelClosed = (fields: ChannelClosed & { messageId: string; createdDate: string }): Buffer =>
  write({
    MessageType: 'channel_closed' satisfies MessageType,
    MessageId: fields.messageId,
    DestinationId: '',
    SessionId: fields.sessionId,
    SchemaVersion: 1,
    CreatedDate: fields.createdDate,
    Output: fields.output,
  });

/** Output that isn't there reads as empty; it is the service's own text, but quotes the sandbox: treat it as hostile. */
export function readChannelClosed(payload: Uint8Array): ChannelClosed {
  const fields = readObject('channel_closed', payload);
  return {
    sessionId: readText('channel_closed', fields, 'SessionId'),
    output: readText('channel_closed', fields, 'Output'),
  };
}

/** What an agent tells the service of its session; never relayed to the client. */
export const writeSessionState = ({ state, sessionId }: SessionState): Buffer =>
  write({ SchemaVersion: 1, SessionState: state, SessionId: sessionId });

/** Throws `payload_malformed` that names the field at fault. */
export function readSessionState(payload: Uint8Array): SessionState {
  const fields = readObject('agent_session_state', payload);
  const state = readText('agent_session_state', fields, 'SessionState');
  if (state !== 'Connected' && state !== 'Terminating')
    throw malformed('agent_session_state', `SessionState ${JSON.stringify(state)} must be Connected or Terminating`);
  return { state, sessionId: readText('agent_session_state', fields, 'SessionId') };
}

/** The terminal’s size, in characters. */
export const writeSize = ({ cols, rows }: TerminalSize): Buffer => write({ cols, rows });

/** A missing side is 0, as for the real agent. */
export function readSize(payload: Uint8Array): TerminalSize {
  const fields = readObject('size', payload);
  return {
    cols: readInteger('size', 'cols', fields['cols'] ?? 0, 0xffffffff),
    rows: readInteger('size', 'rows', fields['rows'] ?? 0, 0xffffffff),
  };
}

const write = (fields: Record<string, unknown>): Buffer => Buffer.from(JSON.stringify(fields));

function readObject(what: string, payload: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
  } catch (cause) {
    throw malformed(what, `${payload.length} bytes must be JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(what, 'payload must be a JSON object');
  return value as Record<string, unknown>;
}

function readInteger(what: string, name: string, value: unknown, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max)
    throw malformed(what, `${name} ${JSON.stringify(value)} must be a whole number from 0 to ${max}`);
  return value;
}

function readText(what: string, fields: Record<string, unknown>, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw malformed(what, `${name} is a ${typeof value}, must be a string`);
  return value;
}

const malformed = (what: string, rule: string, options?: ErrorOptions): ChannelError =>
  new ChannelError('payload_malformed', `${what}: ${rule}`, options);
