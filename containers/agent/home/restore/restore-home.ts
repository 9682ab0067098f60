import { homeLimits } from '../../../../contract/home/limits.ts';
import type { Blob } from '../../../../contract/home/manifest.ts';
import { HomeFault } from '../home-fault.ts';
import type { HomeHelper } from '../home-helper.ts';
import type { FoundHead, HomeRepository } from '../home-repository.ts';
import { type HomeState, type KnownFile, noHome } from '../home-state.ts';
import { Space } from '../space.ts';
import { inOrder, keyedPath, type Tree } from '../tree/tree.ts';
import { treeOf } from '../tree/tree-of.ts';
import type { EntryLine, LayHead, Laying, Scanned } from '../wire/home-operations.ts';

interface Restore {
  readonly helper: HomeHelper;
  readonly repository: HomeRepository;
  /** Which checkpoint; null is the newest. */
  readonly from: string | null;
  readonly onProgress: (files: number, bytes: number) => void;
  readonly signal: AbortSignal;
}

export interface Restored {
  readonly state: HomeState;
  readonly files: number;
  readonly bytes: number;
}

const atOnce = 4;
// One question to the helper: what it holds beside a blob stays small.
const mostLayings = 2_000;

/**
 * Puts the home together beside its place and then into it, whole or not at all; what was in its place is gone then. A user without a
 * saved home keeps what the image has. Rejects with HomeFault `checkpoint_not_found`, `corrupt`, and as storage and helper do.
 */
export async function restoreHome({ helper, repository, from, onProgress, signal }: Restore): Promise<Restored> {
  const head = await repository.head(signal);
  const wanted = from ?? head?.head.checkpoints[0]?.checkpoint_id;
  if (wanted === undefined) return { state: noHome, files: 0, bytes: 0 };
  if (!isNamed(head, wanted)) throw new HomeFault('checkpoint_not_found', `there is no checkpoint ${wanted}`);
  const tree = treeOf(await repository.manifest(wanted, signal));
  await helper.stage(linesOf(tree), signal);
  await layAll(tree, { helper, repository, onProgress, signal });
  const placed = await helper.place(linesOf(tree), signal);
  const { entries } = await helper.scan(signal);
  const isNewest = head?.head.checkpoints[0]?.checkpoint_id === wanted;
  const known = knownOf(tree, entries);
  return { ...placed, state: { base: tree, baseId: wanted, known, head, headTree: isNewest ? tree : undefined } };
}

function isNamed(found: FoundHead | undefined, id: string): boolean {
  const { checkpoints = [], dropped = [] } = found?.head ?? {};
  return [...checkpoints, ...dropped].some(({ checkpoint_id }) => checkpoint_id === id);
}

/** A folder before what is in it. */
function* linesOf(tree: Tree): Generator<EntryLine> {
  for (const [, node] of inOrder(tree)) {
    if (node.type !== 'file') yield node;
    else {
      const { contents: _, ...line } = node;
      yield line;
    }
  }
}

async function layAll(tree: Tree, { helper, repository, onProgress, signal }: Omit<Restore, 'from'>): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const left = layingsOf(tree).values();
  const work = async () => {
    const space = new Space();
    for (const { blob, layings } of left) {
      const stored = await repository.blob(blob, space, either);
      for (let at = 0; at < layings.length; at += mostLayings) {
        const some = layings.slice(at, at + mostLayings);
        const head: LayHead = { encoding: blob.encoding, raw_size: blob.raw_size, size: stored.length, layings: some };
        await helper.lay(head, stored, either);
        onProgress(
          some.length,
          some.reduce((sum, { size }) => sum + size, 0),
        );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    failed.abort();
  }
}

interface BlobLayings {
  readonly blob: Blob;
  readonly layings: Laying[];
}

/** For each blob, where its stretches go. */
function layingsOf(tree: Tree): Map<string, BlobLayings> {
  const all = new Map<string, BlobLayings>();
  for (const [key, node] of tree) {
    if (node.type !== 'file') continue;
    let at = 0;
    for (const { blob, offset, size, sha256 } of node.contents) {
      if (blob.size > 2 * homeLimits.pieceBytes) throw new HomeFault('corrupt', `a blob has ${blob.size} bytes`);
      const of: BlobLayings = all.get(blob.sha256) ?? { blob, layings: [] };
      of.layings.push({ ...keyedPath(key), at, offset, size, sha256 });
      all.set(blob.sha256, of);
      at += size;
    }
  }
  return all;
}

/** Nobody but the helper has been in the home: what lies there is what was put there. */
function knownOf(tree: Tree, entries: ReadonlyMap<string, Scanned>): Map<string, KnownFile> {
  const known = new Map<string, KnownFile>();
  for (const [key, { fingerprint, size }] of entries) {
    const node = tree.get(key);
    if (node?.type === 'file' && node.size === size) known.set(key, { fingerprint, node });
  }
  return known;
}
