// A channel's key can be lent: who gets a document and the key derived for it can prove itself as the document's holder, and can't
// change a letter of it. Deriving asks nobody, so the far end needs nothing beforehand but its own key.
import { createHash, hkdfSync } from 'node:crypto';
import { type ProofIdentity, proofMac } from './proof-mac.ts';

const keyBytes = 32;

/** What proves the holder of `document`, derived from the identity of the channel's owner; the context stays the same. */
export function grantIdentity({ key, context }: ProofIdentity, document: string): ProofIdentity {
  const parts = ['matrx-channel-grant/1', context, document];
  // Hashed, since HKDF takes no more than 1024 bytes of this.
  const info = createHash('sha256').update(JSON.stringify(parts)).digest();
  return { key: Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, keyBytes)), context };
}

/** The proof, within a proven channel, of the key of another document. No handshake has a MAC over one part only. */
export const renewalMac = (identity: ProofIdentity, document: string): Buffer =>
  proofMac(identity, 'near', [Buffer.from(document)]);
