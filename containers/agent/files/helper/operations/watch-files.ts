import type { WatchEvent, WatchFiles } from '../../../../../contract/agent/files.ts';
import type { Call } from '../call.ts';
import { FileFault } from '../file-fault.ts';
import { type Paths, pathOut } from '../paths.ts';
import { FolderWatches } from '../watch/folder-watches.ts';
import { typeThere } from '../watch/type-there.ts';
import { watchTree } from '../watch/watch-tree.ts';

const beatMs = 1_000;

/** Sends what changes in a folder until the call is cancelled, or the folder goes: then `file_not_found`. */
export async function watchFiles(input: WatchFiles, paths: Paths, call: Call): Promise<never> {
  const root = paths.resolve(input);
  const { recursive } = input;
  using watches = new FolderWatches(call.signal);
  using _ = beating(call);
  const onStep = () => call.beat();
  const tell = (event: 'created' | 'changed' | 'removed', path: Buffer) =>
    call.item({ event, ...pathOut(path) } satisfies WatchEvent);
  await watchTree(watches, root, { recursive, throughLink: true, onStep, onEntry: async () => {} });
  await call.item({ event: 'watching' } satisfies WatchEvent);
  for await (const change of watches.changes()) {
    if ((await typeThere(root)) === undefined) throw new FileFault('file_not_found');
    if (change === 'overflow') {
      await call.item({ event: 'overflow' } satisfies WatchEvent);
      continue;
    }
    const { path, kind } = change;
    const type = await typeThere(path);
    if (type === undefined) watches.drop(path);
    if (kind !== 'self') await tell(eventOf(kind, type), path);
    // What a new folder holds already was made before it was watched.
    if (recursive && type === 'directory' && kind === 'rename') {
      const onEntry = (here: Buffer) => tell('created', here);
      await watchTree(watches, path, { recursive, throughLink: false, onStep, onEntry }).catch(leaveOut);
    }
  }
  throw new FileFault('file_changed');
}

function eventOf(kind: 'change' | 'rename', type: string | undefined): 'created' | 'changed' | 'removed' {
  if (kind === 'change') return 'changed';
  return type === undefined ? 'removed' : 'created';
}

// A new folder may be gone before it is looked into.
function leaveOut(error: unknown): void {
  if (error instanceof FileFault) throw error;
}

function beating(call: Call): Disposable {
  const timer = setInterval(() => call.signal.aborted || call.beat(), beatMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
