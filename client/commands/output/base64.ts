const pieceBytes = 32_768;

/** Throws `InvalidCharacterError` for what is not base64. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Bytes as base64, without Node’s Buffer, so that it runs in a browser. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces, since each byte is an argument.
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    binary += String.fromCharCode(...bytes.subarray(from, from + pieceBytes));
  }
  return btoa(binary);
}
