import { createHmac, timingSafeEqual } from 'node:crypto';
import { ChannelError } from '../channel-error.ts';

/** What both ends must know alike. */
export interface ProofIdentity {
  /** The channel key, at least 32 random bytes. */
  readonly key: Uint8Array;
  /** What the channel is for, as an opaque text: the sandbox and its generation. */
  readonly context: string;
}

const minKeyBytes = 32;

/**
 * The HMAC by which one end proves itself over everything said before. The role is part of it, so that neither end's proof
 * serves as the other's; each part stands behind its length, so that no two lists of parts read the same.
 */
export function proofMac({ key, context }: ProofIdentity, role: 'near' | 'far', said: readonly Uint8Array[]): Buffer {
  if (key.length < minKeyBytes)
    throw new ChannelError('field_range', `channel key has ${key.length} bytes, must have at least ${minKeyBytes}`);
  const mac = createHmac('sha256', key);
  for (const part of [Buffer.from('matrx-channel-proof/1'), Buffer.from(role), Buffer.from(context), ...said]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    mac.update(length).update(part);
  }
  return mac.digest();
}

/** Compares in constant time; throws `proof_refused`. */
export function checkMac(expected: Buffer, given: Buffer, role: 'near' | 'far'): void {
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ChannelError('proof_refused', `the ${role} side's proof is not made with this channel's key and context`);
}
