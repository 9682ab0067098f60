import { Buffer } from 'node:buffer';
import { homeLimits } from '../../../../contract/home/limits.ts';
import { HomeFault } from '../home-fault.ts';
import type { KnownFile } from '../home-state.ts';
import { type FileNode, keyedPath, type Node, pathBytes } from '../tree/tree.ts';
import type { Reading, Scanned } from '../wire/home-operations.ts';

/** Readings that share a blob. */
export type Group = readonly (Reading & { readonly key: string })[];

/** What a save has to do. */
export interface SavePlan {
  /** What is known without reading. */
  readonly nodes: Map<string, Node>;
  readonly groups: readonly Group[];
}

const smallBytes = homeLimits.packBytes / 2;
// One question to the helper has room for so many.
const mostReadings = 800;
const mostPathBytes = 96 * 1024;

/**
 * What is the same by its fingerprint and lies in no sparse blob is kept; the rest is to be read, small files together and large
 * ones in pieces. Throws HomeFault for a home beyond its bounds.
 */
export function planSave(
  entries: ReadonlyMap<string, Scanned>,
  known: ReadonlyMap<string, KnownFile>,
  sparse: ReadonlySet<string>,
): SavePlan {
  const nodes = new Map<string, Node>();
  const groups: Group[] = [];
  const pack = new PackBuilder(groups);
  let bytes = 0;
  for (const [key, entry] of entries) {
    assertPath(key);
    bytes += entry.size;
    if (entry.type !== 'file') {
      const { fingerprint: _, size: __, type, ...rest } = entry;
      nodes.set(key, { type, ...rest });
      continue;
    }
    const { fingerprint, size, type, mode, mtime_us } = entry;
    const before = known.get(key);
    const isKept =
      before?.fingerprint === fingerprint && !before.node.contents.some(({ blob }) => sparse.has(blob.sha256));
    if (isKept) nodes.set(key, asNow(before.node, entry));
    else if (size === 0) nodes.set(key, { type, ...keyedPath(key), mode, mtime_us, size, contents: [] });
    else if (size <= smallBytes) pack.add(key, size);
    else groups.push(...piecesOf(key, size));
  }
  if (bytes > homeLimits.bytes)
    throw new HomeFault('too_many_bytes', `the home has ${bytes} bytes, at most ${homeLimits.bytes}`);
  pack.close();
  return { nodes, groups };
}

/** The same object where that says it: there are many, and most stay as they are. */
const asNow = (node: FileNode, { mode, mtime_us }: Scanned): FileNode =>
  node.mode === mode && node.mtime_us === mtime_us ? node : { ...node, mode, mtime_us };

function assertPath(key: string): void {
  // A character takes three bytes at most, and the half of a pair two of four.
  if (key.length * 3 <= homeLimits.pathBytes) return;
  const { length } = pathBytes(key);
  if (length > homeLimits.pathBytes)
    throw new HomeFault('path_too_long', `a path has ${length} bytes, at most ${homeLimits.pathBytes}`);
}

function piecesOf(key: string, size: number): Group[] {
  const groups: Group[] = [];
  for (let offset = 0; offset < size; offset += homeLimits.pieceBytes)
    groups.push([{ ...keyedPath(key), key, offset, length: homeLimits.pieceBytes }]);
  return groups;
}

class PackBuilder {
  readonly #groups: Group[];
  #group: (Reading & { readonly key: string })[] = [];
  #bytes = 0;
  #pathBytes = 0;

  constructor(groups: Group[]) {
    this.#groups = groups;
  }

  add(key: string, size: number): void {
    const isFull = this.#bytes + size > homeLimits.packBytes;
    if (isFull || this.#group.length >= mostReadings || this.#pathBytes > mostPathBytes) this.close();
    const path = keyedPath(key);
    this.#group.push({ ...path, key, offset: 0, length: size });
    this.#bytes += size;
    // As it travels, where a byte may take six.
    this.#pathBytes += Buffer.byteLength(JSON.stringify(path));
  }

  close(): void {
    if (this.#group.length > 0) this.#groups.push(this.#group);
    this.#group = [];
    this.#bytes = 0;
    this.#pathBytes = 0;
  }
}
