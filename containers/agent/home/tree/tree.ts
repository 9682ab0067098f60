import { Buffer } from 'node:buffer';
import type { Blob, Entry } from '../../../../contract/home/manifest.ts';

/** A stretch of a file, and the blob that has it. */
export interface Content {
  readonly blob: Blob;
  readonly offset: number;
  readonly size: number;
  readonly sha256: string;
}

type FileEntry = Extract<Entry, { type: 'file' }>;

/** An entry whose contents name their blobs themselves. */
export type Node =
  | Exclude<Entry, { type: 'file' }>
  | (Omit<FileEntry, 'pieces'> & { readonly contents: readonly Content[] });
export type FileNode = Extract<Node, { type: 'file' }>;

/** A home at one time, by path. A path that is not UTF-8 is named by its base64, behind a NUL. */
export type Tree = ReadonlyMap<string, Node>;

interface GivenPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

/** The home itself. */
export const homeItself = '.';

const notText = '\0';

/** How a path is named in a tree. */
export const pathKey = ({ path, path_base64 }: GivenPath): string => path ?? notText + path_base64;

/** The bytes of a path. */
export const pathBytes = (key: string): Buffer =>
  key.startsWith(notText) ? Buffer.from(key.slice(1), 'base64') : Buffer.from(key);

/** A path as an entry has it. */
export function keyedPath(key: string): { path: string } | { path_base64: string } {
  return key.startsWith(notText) ? { path_base64: key.slice(1) } : { path: key };
}

/** The key of a path's bytes. */
export function keyOfBytes(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : notText + bytes.toString('base64');
}

/** The folder that a path is in; undefined for what lies in the home itself, and for the home. */
export function parentKey(key: string): string | undefined {
  const bytes = pathBytes(key);
  const cut = bytes.lastIndexOf(0x2f);
  return cut <= 0 ? undefined : keyOfBytes(bytes.subarray(0, cut));
}

const beyondUcs2Order = /[\0\ud800-\uffff]/;

/** What is in a tree in the order of its paths' bytes: a folder before what is in it. */
export function inOrder(tree: Tree): (readonly [key: string, node: Node])[] {
  const all = [...tree];
  // Of texts without surrogates, and what is behind them, the order is that of their UTF-8.
  if (!all.some(([key]) => beyondUcs2Order.test(key))) return all.sort(([one], [other]) => (one < other ? -1 : 1));
  const withBytes = all.map(([key, node]) => ({ key, node, bytes: pathBytes(key) }));
  withBytes.sort((one, other) => Buffer.compare(one.bytes, other.bytes));
  return withBytes.map(({ key, node }) => [key, node]);
}

/** Files and their bytes. */
export function sumOf(tree: Tree): { files: number; bytes: number } {
  let [files, bytes] = [0, 0];
  for (const node of tree.values()) {
    if (node.type !== 'file') continue;
    files++;
    bytes += node.size;
  }
  return { files, bytes };
}
