import { AgentError } from '../../../contract/agent/errors.ts';
import type { filesApi } from '../../../contract/agent/files.ts';
import type { Files } from './files.ts';
import type { StorageLink } from './transfer/storage-link.ts';

export type FileRoute = keyof typeof filesApi;

/** Files as whoever is at a channel reaches them. */
export interface FileDoor {
  readonly files: Files;
  readonly storage: StorageLink;
  /** Lets one operation in until it is disposed of. Throws `not_assigned`, `ending`, `too_many_commands`, or whatever a grant has against it. */
  enter(route: FileRoute): Disposable;
}

// A watch may last as long as the sandbox; it takes no part in how busy that is.
const lasting: ReadonlySet<FileRoute> = new Set(['watchFiles']);

interface Options {
  readonly files: Files;
  readonly storage: StorageLink;
  /** Called when something begins or ends. */
  readonly onUse: () => void;
  readonly maxRunning?: number;
}

/** The control plane's own door, which counts for every other one too. */
export class MainFileDoor implements FileDoor {
  readonly files: Files;
  readonly storage: StorageLink;
  readonly #onUse: () => void;
  readonly #maxRunning: number;
  #state: 'unassigned' | 'open' | 'closed' = 'unassigned';
  #running = 0;
  #lasting = 0;

  constructor({ files, storage, onUse, maxRunning = 64 }: Options) {
    this.files = files;
    this.storage = storage;
    this.#onUse = onUse;
    this.#maxRunning = maxRunning;
  }

  /** How many run that end by themselves. */
  get running(): number {
    return this.#running - this.#lasting;
  }

  open(): void {
    this.#state = 'open';
  }

  /** Lets nobody in any more, and ends what runs. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.storage[Symbol.dispose]();
    await this.files[Symbol.asyncDispose]();
  }

  enter(route: FileRoute): Disposable {
    if (this.#state === 'closed') throw new AgentError('ending', 'the sandbox is ending');
    if (this.#state === 'unassigned') throw new AgentError('not_assigned', 'the sandbox is not ready');
    if (this.#running >= this.#maxRunning)
      throw new AgentError('too_many_commands', `${this.#running} file operations run, at most ${this.#maxRunning}`);
    const stays = lasting.has(route) ? 1 : 0;
    this.#running++;
    this.#lasting += stays;
    this.#onUse();
    return {
      [Symbol.dispose]: () => {
        this.#running--;
        this.#lasting -= stays;
        this.#onUse();
      },
    };
  }
}
