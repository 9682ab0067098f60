import { Buffer } from 'node:buffer';
import { hasSameContents, isSameNode } from './same-node.ts';
import { homeItself, keyedPath, keyOfBytes, type Node, parentKey, pathBytes, type Tree } from './tree.ts';

interface Three {
  /** What both sides began with. */
  readonly base: Tree;
  readonly mine: Tree;
  readonly theirs: Tree;
  /** What mine is called, behind its name, where both have changed the same thing. */
  readonly suffix: string;
}

/**
 * A home from two that began as one, file by file: what one side changed is taken, what both changed is there twice, what
 * one removed goes only if the other left it as it was.
 */
export function mergeTrees({ base, mine, theirs, suffix }: Three): Tree {
  const merged = new Map<string, Node>();
  const aside: [string, Node][] = [];
  for (const key of new Set([...theirs.keys(), ...mine.keys()])) {
    const [before, own, other] = [base.get(key), mine.get(key), theirs.get(key)];
    const kept = choose(before, own, other);
    if (kept) merged.set(key, kept);
    if (own && other && kept === other && !isSameNode(own, other) && !isSameNode(own, before)) aside.push([key, own]);
    if (own && other && kept === own && !isSameNode(own, other) && !isSameNode(other, before) && needsBoth(own, other))
      aside.push([key, other]);
  }
  for (const [key, node] of aside) if (node.type !== 'directory') putAside(merged, key, node, suffix);
  for (const key of [...merged.keys()]) holdUp(merged, key, { base, mine, theirs, suffix });
  return merged;
}

function choose(before: Node | undefined, own: Node | undefined, other: Node | undefined): Node | undefined {
  if (isSameNode(own, other)) return newer(own, other);
  if (isSameNode(own, before)) return other;
  if (isSameNode(other, before)) return own;
  if (!own || !other) return own ?? other;
  // Of a folder and something else the folder keeps the name, since more hangs on it.
  if (own.type === 'directory') return own;
  if (other.type === 'directory') return other;
  return needsBoth(own, other) ? other : own;
}

const newer = (own: Node | undefined, other: Node | undefined): Node | undefined =>
  own && other && other.mtime_us > own.mtime_us ? other : own;

/** Files that differ in their mode alone are one file. */
const needsBoth = (own: Node, other: Node): boolean =>
  own.type !== other.type || own.type !== 'file' || other.type !== 'file'
    ? own.type !== 'directory' || other.type !== 'directory'
    : !hasSameContents(own, other);

function putAside(merged: Map<string, Node>, key: string, node: Node, suffix: string): void {
  for (let again = 0; ; again++) {
    const free = keyOfBytes(
      Buffer.concat([shortened(pathBytes(key), suffix), Buffer.from(again ? `${suffix}-${again}` : suffix)]),
    );
    const there = merged.get(free);
    if (there && !isSameNode(there, node)) continue;
    merged.set(free, renamed(node, free));
    return;
  }
}

/** A name has room for 255 bytes, the suffix among them. */
function shortened(path: Buffer, suffix: string): Buffer {
  const nameAt = path.lastIndexOf(0x2f) + 1;
  return path.subarray(0, Math.min(path.length, nameAt + 250 - suffix.length));
}

const renamed = (node: Node, key: string): Node => {
  const { path: _, path_base64: __, ...rest } = node;
  return { ...rest, ...keyedPath(key) };
};

/** Sees to it that what a thing lies in is there, and is a folder. */
function holdUp(merged: Map<string, Node>, key: string, three: Three): void {
  if (key === homeItself) return;
  for (let above = parentKey(key); above !== undefined; above = parentKey(above)) {
    const there = merged.get(above);
    if (there?.type === 'directory') continue;
    const folder = [three.mine, three.theirs, three.base].map((tree) => tree.get(above as string)).find(isFolder);
    if (!folder) throw new Error('a home has a file in what was never a folder');
    merged.set(above, folder);
    if (there) putAside(merged, above, there, three.suffix);
  }
}

const isFolder = (node: Node | undefined): boolean => node?.type === 'directory';
