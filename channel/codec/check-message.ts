// The two readers of the real protocol differ in what they refuse; each refused message is dropped without an answer.
import { ChannelError } from '../channel-error.ts';
import { type AgentMessage, digestOf } from './message.ts';

/** Refuses what amazon-ssm-agent refuses. It never looks at the digest. */
export function checkAsAgent({ headerLength, messageType, createdDate }: AgentMessage): void {
  if (headerLength === 0) throw new ChannelError('header_length', 'header length 0 must not be zero');
  if (messageType === '') throw new ChannelError('message_type', 'message type is blank, must not be');
  if (createdDate === 0) throw new ChannelError('created_date', 'created date 0 must not be zero');
}

/** Refuses what session-manager-plugin refuses: the same, and a payload that isn't what its digest says. */
export function checkAsClient(message: AgentMessage): void {
  // The service leaves the fields of these two empty or filled with leftovers.
  if (message.messageType === 'start_publication' || message.messageType === 'pause_publication') return;
  checkAsAgent(message);
  if (message.payloadLength !== 0 && !digestOf(message.payload).equals(message.payloadDigest))
    throw new ChannelError('payload_digest', `payload of ${message.messageType} doesn't match its digest`);
}
