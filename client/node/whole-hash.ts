import { createHash } from 'node:crypto';
import type { WholeHash } from '../files/transfers/whole-hash.ts';

/** SHA-256 of bytes that come one after the other, as Node has it. */
export function nodeHash(): WholeHash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
