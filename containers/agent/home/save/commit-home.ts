import type { CheckpointSummary, Head } from '../../../../contract/home/head.ts';
import { homeLimits } from '../../../../contract/home/limits.ts';
import { type Retention, retained } from '../../../../contract/home/retention.ts';
import { HomeFault } from '../home-fault.ts';
import type { FoundHead, HomeRepository } from '../home-repository.ts';
import type { HomeState } from '../home-state.ts';
import { newCheckpointId } from '../new-checkpoint-id.ts';
import { manifestOf } from '../tree/manifest-of.ts';
import { mergeTrees } from '../tree/merge-trees.ts';
import { sumOf, type Tree } from '../tree/tree.ts';
import { treeOf } from '../tree/tree-of.ts';

interface Commit {
  readonly repository: HomeRepository;
  readonly sandboxId: string;
  readonly keep: Retention;
  readonly cause: CheckpointSummary['cause'];
  readonly partial: boolean;
  /** Fulfils once everything that the home names is stored. */
  readonly stored: Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Committed {
  readonly summary: CheckpointSummary;
  readonly head: FoundHead;
  readonly tree: Tree;
}

const mostTries = 20;
// A name that has been dropped for longer may be collected while we build on it.
const safeHours = homeLimits.graceHours / 2;

/** The base is no longer named by the head, so that what it has stored may be gone: everything has to be stored anew. */
export class BaseGone extends Error {
  override readonly name = 'BaseGone';
}

/**
 * Makes `mine` the home as it is stored. Where somebody else has saved meanwhile, both are merged, until the head can be replaced.
 * Throws BaseGone when `mine` may lean on what is no longer there; `isFresh` says that it can't.
 */
export async function commitHome(mine: Tree, state: HomeState, isFresh: boolean, commit: Commit): Promise<Committed> {
  const { repository, stored, now, signal } = commit;
  let { head: found = await repository.head(signal), headTree } = state;
  for (let attempt = 0; attempt < mostTries; attempt++) {
    if (!isFresh && !isNamed(found?.head, state.baseId, now())) throw new BaseGone();
    const newest = found?.head.checkpoints[0];
    headTree ??= newest && treeOf(await repository.manifest(newest.checkpoint_id, signal));
    const tree = headTree && headTree !== state.base ? merged(mine, headTree, state, commit) : mine;
    const summary = summaryOf(tree, commit);
    const manifest = manifestOf(tree, summary, newest?.checkpoint_id ?? null);
    // Nobody reads either before a head names them.
    await Promise.all([repository.putManifest(manifest, signal), stored]);
    const head = await repository.replaceHead(nextHead(found?.head, summary, commit), found, signal);
    if (head) return { summary, head, tree };
    found = await repository.head(signal);
    // Whoever only dropped old checkpoints has left the home as it was.
    if (found?.head.checkpoints[0]?.checkpoint_id !== newest?.checkpoint_id) headTree = undefined;
  }
  throw new HomeFault('storage_unavailable', `the head was replaced by others ${mostTries} times`);
}

function isNamed(head: Head | undefined, baseId: string | null, nowMs: number): boolean {
  if (baseId === null) return true;
  const isSafe = ({ at }: { readonly at: string }) => nowMs - Date.parse(at) < safeHours * 3_600_000;
  return [...(head?.checkpoints ?? []), ...(head?.dropped ?? []).filter(isSafe)].some(
    ({ checkpoint_id }) => checkpoint_id === baseId,
  );
}

function merged(mine: Tree, theirs: Tree, { base }: HomeState, { sandboxId, now }: Commit): Tree {
  const time = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
  return mergeTrees({ base, mine, theirs, suffix: `.conflict-${sandboxId.slice(-6)}-${time}` });
}

function summaryOf(tree: Tree, { sandboxId, cause, partial, now }: Commit): CheckpointSummary {
  const nowMs = now();
  const saved_at = new Date(nowMs).toISOString();
  return { checkpoint_id: newCheckpointId(nowMs), saved_at, sandbox_id: sandboxId, cause, partial, ...sumOf(tree) };
}

function nextHead(head: Head | undefined, summary: CheckpointSummary, { keep, now }: Commit): Head {
  const checkpoints = [summary, ...(head?.checkpoints ?? [])].slice(0, homeLimits.checkpoints);
  return retained({ version: 1, checkpoints, dropped: head?.dropped ?? [] }, keep, now());
}
