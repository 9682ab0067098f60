import { Buffer } from 'node:buffer';
import { type FSWatcher, watch } from 'node:fs';
import { limits } from '../../../../../contract/api/limits.ts';
import { errnoOf } from '../failure-of.ts';
import { FileFault } from '../file-fault.ts';
import { below } from '../paths.ts';
import { isUnfinishedName } from '../unfinished-name.ts';
import type { Folder } from '../walk/open-folder.ts';

/** A name that something became of, as the kernel tells it. */
interface Change {
  readonly path: Buffer;
  /** `change`: of its contents; `rename`: it came or went; `self`: something became of a watched folder, which the one above tells. */
  readonly kind: 'change' | 'rename' | 'self';
}

// What a receiver who is slow may be behind.
const maxWaiting = 4_096;

const self = Buffer.from('.');

const key = (path: Buffer): string => path.toString('latin1');

/** The kernel's watches on many folders, told in one row. */
export class FolderWatches implements Disposable {
  readonly #signal: AbortSignal;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #waiting: Change[] = [];
  #overflowed = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** Watches an open folder that is known by a path. Throws `too_many_entries` when there can be no more. */
  add(path: Buffer, folder: Folder): void {
    this.#watchers.get(key(path))?.close();
    if (this.#watchers.size >= limits.files.watchedFolders) throw new FileFault('too_many_entries');
    // The last name of this path is what events of the folder itself carry; no file has it.
    const watcher = this.#watch(`/proc/self/fd/${folder.fd}/.`, path);
    watcher.on('error', () => this.drop(path));
    this.#watchers.set(key(path), watcher);
  }

  /** Forgets a folder that has gone, and those below it. */
  drop(path: Buffer): void {
    const gone = key(path);
    for (const [known, watcher] of this.#watchers) {
      if (known !== gone && !known.startsWith(`${gone}/`)) continue;
      watcher.close();
      this.#watchers.delete(known);
    }
  }

  /** What changes, until the signal aborts; `overflow` in the place of what was too much. */
  async *changes(): AsyncGenerator<Change | 'overflow'> {
    while (!this.#signal.aborted) {
      const change = this.#waiting.shift();
      if (change) yield change;
      else if (this.#overflowed) {
        this.#overflowed = false;
        yield 'overflow';
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #watch(at: string, path: Buffer): FSWatcher {
    try {
      return watch(at, { encoding: 'buffer' }, (kind, name) => this.#hear(kind, name, path));
    } catch (cause) {
      // The kernel's word for the most watches that a user may have.
      if (errnoOf(cause) === 'ENOSPC' || errnoOf(cause) === 'EMFILE')
        throw new FileFault('too_many_entries', { cause });
      throw cause;
    }
  }

  #hear(kind: string, name: Buffer | null, folder: Buffer): void {
    if (name && isUnfinishedName(name)) return;
    const change = changeOf(kind, name ?? self, folder);
    const last = this.#waiting.at(-1);
    const isSame = last?.kind === change.kind && last.path.equals(change.path);
    if (this.#waiting.length >= maxWaiting) this.#overflowed = true;
    else if (!isSame) this.#waiting.push(change);
    this.#wake?.();
  }
}

function changeOf(kind: string, name: Buffer, folder: Buffer): Change {
  if (name.equals(self)) return { path: folder, kind: 'self' };
  return { path: below(folder, name), kind: kind === 'rename' ? 'rename' : 'change' };
}
