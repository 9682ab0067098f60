import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) text = alphabet[Number(rest & 31n)] + text;
  return text;
}

/** A new id of its kind: 48 bits of `nowMs`, then 80 random ones, so that ids of one kind sort by age. */
export function newId(
  kind: 'sbx' | 'cmd' | 'grt' | 'pol' | 'upl' | 'dnl',
  nowMs: number,
  random: Uint8Array = randomBytes(10),
): string {
  const tail = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return `${kind}_${base32(BigInt(nowMs), 10)}${base32(tail, 16)}`;
}

/** 32 random bytes in base64: what both ends of a channel prove themselves with. */
export const newChannelKey = (): string => randomBytes(32).toString('base64');
