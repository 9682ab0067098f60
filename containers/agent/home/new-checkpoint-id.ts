import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new id: ten characters of time, so that ids sort by age, and sixteen random ones. */
export function newCheckpointId(nowMs: number): string {
  let time = '';
  for (let rest = nowMs; time.length < 10; rest = Math.floor(rest / 32)) time = alphabet[rest % 32] + time;
  const random = Array.from(randomBytes(16), (byte) => alphabet[byte & 31]).join('');
  return `ckp_${time}${random}`;
}
