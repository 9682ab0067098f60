import type { CheckpointSummary } from '../../../../contract/home/head.ts';
import type { Retention } from '../../../../contract/home/retention.ts';
import { HomeFault } from '../home-fault.ts';
import type { HomeHelper } from '../home-helper.ts';
import type { HomeRepository } from '../home-repository.ts';
import type { HomeState } from '../home-state.ts';
import { isSameTree } from '../tree/same-node.ts';
import type { Content, Tree } from '../tree/tree.ts';
import { BaseGone, commitHome } from './commit-home.ts';
import { planSave } from './plan-save.ts';
import { savedTree } from './saved-tree.ts';
import { sparseBlobs } from './sparse-blobs.ts';
import { uploadChanges } from './upload-changes.ts';

export interface SaveOptions {
  readonly helper: HomeHelper;
  readonly repository: HomeRepository;
  readonly sandboxId: string;
  readonly keep: Retention;
  readonly cause: CheckpointSummary['cause'];
  readonly now: () => number;
  readonly onProgress: (files: number, bytes: number) => void;
  /** Time runs out: what is stored by now is committed. */
  readonly hurry: AbortSignal;
  readonly signal: AbortSignal;
}

export interface Saved {
  readonly state: HomeState;
  /** Undefined where nothing had changed. */
  readonly summary: CheckpointSummary | undefined;
  /** Files that there was no time for. */
  readonly left: number;
  readonly unreadable: number;
}

const nothing: ReadonlySet<string> = new Set();

/** Saves the home: what has changed since the state was known is read and stored, and one conditional write makes it the home. Rejects with what prevents it; then storage has what it had. */
export async function saveHome(state: HomeState, options: SaveOptions): Promise<Saved> {
  try {
    return await save(state, false, options);
  } catch (error) {
    if (!(error instanceof BaseGone)) throw error;
    return await save({ ...state, known: new Map() }, true, options);
  }
}

async function save(state: HomeState, isFresh: boolean, options: SaveOptions): Promise<Saved> {
  const { helper, signal } = options;
  const { entries } = await helper.scan(signal);
  const sparse = isFresh ? nothing : sparseBlobs(state.base);
  const first = planSave(entries, state.known, nothing);
  const packsAnew = first.groups.length > 0 && sparse.size > 0;
  const { nodes, groups } = packsAnew ? planSave(entries, state.known, sparse) : first;
  const stored = isFresh ? new Map() : contentsOf(state.base, packsAnew ? sparse : nothing);
  await using upload = await uploadChanges(groups, { ...options, stored, base: state.base });
  const { tree, known, left, unreadable } = savedTree({ entries, nodes, uploaded: upload.uploaded }, state);
  if (isFresh && left > 0) throw new HomeFault('time_ran_out', 'there was no time to store everything anew');
  if (state.baseId !== null && !isFresh && !packsAnew && isSameTree(tree, state.base)) {
    await upload.stored;
    return { state: { ...state, known }, summary: undefined, left, unreadable };
  }
  signal.throwIfAborted();
  const committed = await commitHome(tree, state, isFresh, { ...options, partial: left > 0, stored: upload.stored });
  const { summary, head, tree: headTree } = committed;
  return { state: { base: tree, baseId: summary.checkpoint_id, known, head, headTree }, summary, left, unreadable };
}

/** What is stored and stays so, by the SHA-256 of its bytes. */
function contentsOf(tree: Tree, sparse: ReadonlySet<string>): Map<string, Content> {
  const contents = new Map<string, Content>();
  for (const node of tree.values()) {
    if (node.type !== 'file') continue;
    for (const content of node.contents) if (!sparse.has(content.blob.sha256)) contents.set(content.sha256, content);
  }
  return contents;
}
