import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { checkVersion, nonceBytes, readBase64, withProofFrames } from '../codec/proof-frames.ts';
import { checkMac, type ProofIdentity, proofMac } from '../codec/proof-mac.ts';

/** Who opens the channel: its owner, or the holder of a grant, whose key is the grant's. */
export interface NearIdentity extends ProofIdentity {
  /** Shown to the far end as it is. */
  readonly grant?: string;
}

/**
 * Proves this end to the far one, and has that one prove itself, before anything else is said on the stream.
 * Resolves when the far end is proven and our own proof is on its way: what follows may be written at once, and is read by
 * nobody if our proof is refused, because the far end then closes the stream.
 * On any failure the stream is destroyed; rejects with `proof_refused`, `proof_malformed`, `proof_cut` or `proof_timeout`.
 */
export const proveNear = (
  stream: Duplex,
  { grant, ...identity }: NearIdentity,
  clock: Clock,
  timeoutMs: number,
): Promise<void> =>
  withProofFrames(stream, clock, timeoutMs, async ({ read, write }) => {
    const ours = write({ version: 1, nonce: randomBytes(nonceBytes).toString('base64'), grant });
    const theirs = await read();
    checkVersion(theirs);
    const nonce = readBase64(theirs, 'nonce', nonceBytes);
    checkMac(proofMac(identity, 'far', [ours, nonce]), readBase64(theirs, 'mac', 32), 'far');
    write({ mac: proofMac(identity, 'near', [ours, theirs.bytes]).toString('base64') });
  });
