import type { HomeState, KnownFile } from '../home-state.ts';
import { type FileNode, keyedPath, type Node, parentKey, type Tree } from '../tree/tree.ts';
import type { Scanned } from '../wire/home-operations.ts';
import type { ReadPiece, Uploaded } from './upload-changes.ts';

interface Found {
  readonly entries: ReadonlyMap<string, Scanned>;
  /** What is known without reading. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly uploaded: Uploaded;
}

export interface SavedTree {
  readonly tree: Tree;
  readonly known: ReadonlyMap<string, KnownFile>;
  /** Files that are there and were not read: time ran out before. */
  readonly left: number;
  readonly unreadable: number;
}

/**
 * The home as far as it is stored. A file that could not be read, or was left for want of time, is as the base has it; while
 * anything was left nothing counts as removed, since it may have gone where the rest is.
 */
export function savedTree(found: Found, { base }: HomeState): SavedTree {
  const tree = new Map<string, Node>();
  const known = new Map<string, KnownFile>();
  const missing = { left: 0, unreadable: 0 };
  for (const [key, { fingerprint }] of found.entries) {
    const { read, why } = settled(key, fingerprint, found);
    const kept = found.nodes.get(key) ?? read?.node ?? fileIn(base, key);
    if (kept) tree.set(key, kept);
    if (read && read.fingerprint !== '') known.set(key, read);
    if (why) missing[why]++;
  }
  if (missing.left > 0) for (const [key, node] of base) addBack(tree, base, key, node);
  return { tree, known, ...missing };
}

/** A file as it is stored now, or why it is not. */
function settled(
  key: string,
  fingerprint: string,
  { nodes, uploaded }: Found,
): { readonly read?: KnownFile | undefined; readonly why?: 'left' | 'unreadable' } {
  const node = nodes.get(key);
  if (node) return { read: knownAs(node, fingerprint) };
  const pieces = uploaded.get(key);
  if (!pieces) return { why: 'left' };
  const read = fileOf(key, pieces);
  return read ? { read } : { why: 'unreadable' };
}

const knownAs = (node: Node, fingerprint: string): KnownFile | undefined =>
  node.type === 'file' ? { fingerprint, node } : undefined;

function fileIn(base: Tree, key: string): Node | undefined {
  const node = base.get(key);
  return node?.type === 'file' ? node : undefined;
}

/** A file out of its pieces; without a fingerprint where they are not all of one state of it. */
function fileOf(key: string, pieces: readonly ReadPiece[]): KnownFile | undefined {
  const [first] = pieces;
  if (!first) return undefined;
  const { fingerprint, file_size, mode, mtime_us } = first.result;
  const contents: FileNode['contents'][number][] = [];
  let isOne = true;
  for (const piece of pieces) {
    if (!piece || piece.result.fingerprint !== fingerprint) isOne = false;
    if (piece?.content) contents.push(piece.content);
    // Behind a piece that has gone there is nothing that belongs to the file.
    if (!piece) break;
  }
  const size = contents.reduce((sum, content) => sum + content.size, 0);
  const node: FileNode = { type: 'file', ...keyedPath(key), mode, mtime_us, size, contents };
  return { fingerprint: isOne && size === file_size ? fingerprint : '', node };
}

/** Puts back what is gone, and the folders it lies in, unless something else is in their place now. */
function addBack(tree: Map<string, Node>, base: Tree, key: string, node: Node): boolean {
  const there = tree.get(key);
  if (there) return there.type === 'directory';
  const above = parentKey(key);
  const folder = above === undefined ? undefined : base.get(above);
  if (above !== undefined && (!folder || !addBack(tree, base, above, folder))) return false;
  tree.set(key, node);
  return node.type === 'directory';
}
