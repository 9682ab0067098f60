import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { checkVersion, nonceBytes, type ProofFrame, readBase64, withProofFrames } from '../codec/proof-frames.ts';
import { checkMac, type ProofIdentity, proofMac } from '../codec/proof-mac.ts';

/** Whom the near end has to be, by the grant it shows; undefined for the channel's owner. What it throws ends the proof. */
export type Identify = (grant: string | undefined) => ProofIdentity;

/**
 * The far half of the proof. Resolves when both ends are proven; bytes that the near end sent behind its proof are still
 * to be read from the stream.
 * On any failure the stream is destroyed; rejects with `proof_refused`, `proof_malformed`, `proof_cut` or `proof_timeout`, or
 * with what `identify` throws.
 */
export const proveFar = (
  stream: Duplex,
  identity: ProofIdentity | Identify,
  clock: Clock,
  timeoutMs: number,
): Promise<void> =>
  withProofFrames(stream, clock, timeoutMs, async ({ read, write }) => {
    const theirs = await read();
    checkVersion(theirs);
    readBase64(theirs, 'nonce', nonceBytes);
    const grant = grantIn(theirs);
    const known = typeof identity === 'function' ? identity(grant) : identity;
    const nonce = randomBytes(nonceBytes);
    const mac = proofMac(known, 'far', [theirs.bytes, nonce]).toString('base64');
    const ours = write({ version: 1, nonce: nonce.toString('base64'), mac });
    checkMac(proofMac(known, 'near', [theirs.bytes, ours]), readBase64(await read(), 'mac', 32), 'near');
  });

function grantIn({ fields }: ProofFrame): string | undefined {
  const { grant } = fields;
  if (grant === undefined || typeof grant === 'string') return grant;
  throw new ChannelError('proof_malformed', `proof: grant is a ${typeof grant}, must be a string`);
}
