import { fromBase64, toBase64 } from '../commands/output/base64.ts';

/** A path in a sandbox; relative ones start at the home. Bytes for one that is not UTF-8. */
export type FilePath = string | Uint8Array;

/** A path as the wire has it. */
export const pathFields = (path: FilePath): { path: string } | { path_base64: string } =>
  typeof path === 'string' ? { path } : { path_base64: toBase64(path) };

/** A path as it was told: text, or bytes where it is none. */
export function toPath(path: string | undefined, base64: string | undefined): FilePath {
  return base64 === undefined ? (path ?? '') : fromBase64(base64);
}
