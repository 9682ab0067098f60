import { limits } from '../../../../../contract/api/limits.ts';
import { FileFault } from '../file-fault.ts';
import { below } from '../paths.ts';
import { isUnfinishedName } from '../unfinished-name.ts';
import { openFolder } from '../walk/open-folder.ts';
import { walk } from '../walk/walk.ts';
import type { FolderWatches } from './folder-watches.ts';

interface Options {
  readonly recursive: boolean;
  /** Whether a link will do in the place of the folder. */
  readonly throughLink: boolean;
  /** Called for what is there already, at each name once its folder is watched. */
  readonly onEntry: (path: Buffer) => Promise<void>;
  readonly onStep: () => void;
}

/**
 * Watches a folder and, where that is asked for, those below it, each before it is looked into. Rejects when the folder
 * can't be watched; one below that can't, for it has gone or is closed, is left out.
 */
export async function watchTree(watches: FolderWatches, root: Buffer, options: Options): Promise<void> {
  await watchFolder(watches, root, { ...options, left: options.recursive ? limits.files.depth : 0 });
}

async function watchFolder(
  watches: FolderWatches,
  path: Buffer,
  options: Options & { readonly left: number },
): Promise<void> {
  using folder = openFolder(path, { entry: !options.throughLink });
  watches.add(path, folder);
  for await (const step of walk(folder, { depth: 1, onStep: options.onStep })) {
    if (isUnfinishedName(step.path)) continue;
    const here = below(path, step.path);
    await options.onEntry(here);
    if (!step.isFolder || options.left === 0) continue;
    await watchFolder(watches, here, { ...options, left: options.left - 1, throughLink: false }).catch(leaveOut);
  }
}

function leaveOut(error: unknown): void {
  // Too many of them is told; that one has gone is told by the folder above it.
  if (error instanceof FileFault || (error instanceof Error && error.name === 'AbortError')) throw error;
}
