// The message service writes a UUID as two 8-byte halves, the second one first.
import { ChannelError } from '../channel-error.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Writes the 16 bytes of a lower-case UUID at `offset`; throws `message_id` for anything else. */
export function writeUuid(id: string, into: Buffer, offset: number): void {
  if (!uuid.test(id))
    throw new ChannelError('message_id', `message id ${JSON.stringify(id)} must be a lower-case UUID`);
  const digits = id.replaceAll('-', '');
  into.write(digits.slice(16), offset, 'hex');
  into.write(digits.slice(0, 16), offset + 8, 'hex');
}

/** The UUID at `offset`; any 16 bytes are one. */
export function readUuid(from: Buffer, offset: number): string {
  const digits = from.toString('hex', offset + 8, offset + 16) + from.toString('hex', offset, offset + 8);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
