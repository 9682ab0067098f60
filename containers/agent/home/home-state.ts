import type { FoundHead } from './home-repository.ts';
import type { FileNode, Tree } from './tree/tree.ts';

/** A file as it was read last, known by its fingerprint. */
export interface KnownFile {
  readonly fingerprint: string;
  readonly node: FileNode;
}

/** What is known of a home between two saves. */
export interface HomeState {
  /** What the disk had at the last save or restore. */
  readonly base: Tree;
  /** Where that is stored; null before the first save of a new home. */
  readonly baseId: string | null;
  readonly known: ReadonlyMap<string, KnownFile>;
  /** The head as it was seen last, and the tree that it names, where that is at hand. */
  readonly head: FoundHead | undefined;
  readonly headTree: Tree | undefined;
}

/** Of a home that has never been saved. */
export const noHome: HomeState = {
  base: new Map(),
  baseId: null,
  known: new Map(),
  head: undefined,
  headTree: undefined,
};
