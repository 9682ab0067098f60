/** SHA-256 of bytes that come one after the other, in hexadecimal at last. */
export interface WholeHash {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/** A new one; undefined in browsers, which can only hash what is all there. */
export async function openWholeHash(): Promise<WholeHash | undefined> {
  if (typeof process !== 'object' || process.versions?.node === undefined) return undefined;
  // biome-ignore lint/plugin: only Node may load node: modules, and browsers run this file too
  const { nodeHash } = await import('../../node/whole-hash.ts');
  return nodeHash();
}
