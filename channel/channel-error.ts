/** Why a frame, a stream or a session was refused. A closed set: callers may switch over it. */
export type ChannelErrorCode =
  // a message that can't be read or written
  | 'frame_too_short'
  | 'frame_too_long'
  | 'header_length'
  | 'message_type'
  | 'message_id'
  | 'created_date'
  | 'sequence_number'
  | 'field_range'
  | 'payload_digest'
  | 'payload_empty'
  | 'payload_malformed'
  // bytes that did not survive the terminal
  | 'terminal_garbled'
  | 'terminal_cut'
  | 'peer_quit'
  // a session
  | 'open_failed'
  | 'open_timeout'
  | 'no_hello'
  | 'handshake_requested'
  | 'connection_lost'
  | 'session_ended'
  | 'session_closed'
  | 'unacknowledged'
  | 'overflow'
  | 'silent'
  // the proof
  | 'proof_malformed'
  | 'proof_refused'
  | 'proof_timeout'
  | 'proof_cut';

/** The one error of `channel/`. The message names the field, the value given and the rule; `cause` is kept. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelErrorCode;

  constructor(code: ChannelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
