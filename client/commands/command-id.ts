const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 26 characters for the first 130 bits. */
function base32(bytes: Uint8Array): string {
  let value = bytes.subarray(0, 17).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 6n;
  let text = '';
  for (; text.length < 26; value >>= 5n) text = alphabet[Number(value & 31n)] + text;
  return text;
}

/**
 * The id of the command that this key stands for in this sandbox: the same one whenever and on whichever way the call is made, so
 * that a second call joins the first.
 */
export async function commandIdFor(sandboxId: string, idempotencyKey: string): Promise<string> {
  const text = JSON.stringify(['matrx-command/1', sandboxId, idempotencyKey]);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `cmd_${base32(new Uint8Array(hash))}`;
}
