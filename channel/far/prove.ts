import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { checkVersion, nonceBytes, readBase64, withProofFrames } from '../codec/proof-frames.ts';
import { checkMac, type ProofIdentity, proofMac } from '../codec/proof-mac.ts';

/**
 * The far half of the proof. Resolves when both ends are proven; bytes that the near end sent behind its proof are still
 * to be read from the stream.
 * On any failure the stream is destroyed; rejects with `proof_refused`, `proof_malformed`, `proof_cut` or `proof_timeout`.
 */
export const proveFar = (stream: Duplex, identity: ProofIdentity, clock: Clock, timeoutMs: number): Promise<void> =>
  withProofFrames(stream, clock, timeoutMs, async ({ read, write }) => {
    const theirs = await read();
    checkVersion(theirs);
    readBase64(theirs, 'nonce', nonceBytes);
    const nonce = randomBytes(nonceBytes);
    const mac = proofMac(identity, 'far', [theirs.bytes, nonce]).toString('base64');
    const ours = write({ version: 1, nonce: nonce.toString('base64'), mac });
    checkMac(proofMac(identity, 'near', [theirs.bytes, ours]), readBase64(await read(), 'mac', 32), 'near');
  });
