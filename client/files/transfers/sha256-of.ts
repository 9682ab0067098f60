import { openWholeHash } from './whole-hash.ts';

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await openWholeHash();
  if (hash === undefined) return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  // Web Crypto takes a copy first.
  hash.update(bytes);
  return hash.digest();
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
