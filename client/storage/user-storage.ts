import type { Tier } from '../../contract/api/storage.ts';
import { type Connection, type ConnectionOptions, openConnection } from '../connection.ts';
import type { FilePath } from '../files/file-path.ts';
import { type OutputOf, send } from '../http/send/send.ts';
import { type Checkpoint, toCheckpoint } from './checkpoint.ts';
import { countStorage } from './count-storage.ts';
import { diffCheckpoints } from './diff-checkpoints.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { listKeptFiles } from './list-kept-files.ts';
import { ownUser } from './own-user.ts';
import { type ReadKeptOptions, readKeptFile } from './read-kept-file.ts';

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Bytes and objects, as they are in the bucket. */
export interface Stored {
  readonly bytes: number;
  readonly objects: number;
}

export interface StorageUse {
  readonly userId: string;
  /** The home with all its checkpoints. */
  readonly hot: Stored;
  readonly cold: Stored;
  /** What commands printed and was to be kept. */
  readonly outputs: Stored;
  readonly lastSavedAt: Date | null;
  readonly checkpoints: number;
}

/** A difference between two checkpoints, with the names of the API. */
export type HomeChange = OutputOf<'diffCheckpoints'>['changes'][number];
/** What is in a folder of a checkpoint, with the names of the API. */
export type KeptEntry = OutputOf<'listCheckpointFiles'>['entries'][number];

const toUse = (wire: OutputOf<'getStorage'>): StorageUse => ({
  userId: wire.user_id,
  hot: wire.hot,
  cold: wire.cold,
  outputs: wire.outputs,
  lastSavedAt: wire.last_saved_at === null ? null : new Date(wire.last_saved_at),
  checkpoints: wire.checkpoints,
});

/** What is stored of one user: the home with its checkpoints, cold files, and kept output. No sandbox is needed for any of it. */
export class UserStorage {
  readonly #connection: Connection;
  readonly userId: string;

  private constructor(connection: Connection, userId: string) {
    this.#connection = connection;
    this.userId = userId;
  }

  /** The caller's own; a service and an admin name whose. Throws `invalid_request` when a service names none. */
  static async connect(options: ConnectionOptions & CallOptions & { readonly userId?: string | undefined } = {}) {
    const connection = await openConnection(options);
    const userId = options.userId ?? (await ownUser(connection, options.signal));
    return new UserStorage(connection, userId);
  }

  /** Counted to the end, however many calls that takes; `onProgress` is told what was counted so far. */
  async use(
    options: CallOptions & { readonly onProgress?: ((soFar: StorageUse) => void) | undefined } = {},
  ): Promise<StorageUse> {
    const { signal, onProgress } = options;
    const tell = (soFar: OutputOf<'getStorage'>) => onProgress?.(toUse(soFar));
    return toUse(await countStorage(this.#connection, this.userId, { signal, onProgress: tell }));
  }

  /** Newest first, page after page as they are asked for. */
  async *checkpoints({ signal }: CallOptions = {}): AsyncGenerator<Checkpoint, void, void> {
    for await (const one of listCheckpoints(this.#connection, this.userId, signal)) yield toCheckpoint(one);
  }

  /** What is different in `to`, path by path. */
  diff(from: string, to: string, { signal }: CallOptions = {}): AsyncGenerator<HomeChange, void, void> {
    return diffCheckpoints(this.#connection, { userId: this.userId, from, to }, signal);
  }

  /** A file of a checkpoint, or a part of it, of at most 4 MB. */
  readFile(checkpointId: string, path: FilePath, options: ReadKeptOptions = {}): Promise<Uint8Array> {
    return readKeptFile(this.#connection, { userId: this.userId, checkpointId, path }, options);
  }

  /** What is in a folder of a checkpoint, as deep as is asked. */
  listFiles(
    checkpointId: string,
    path: FilePath = '.',
    options: CallOptions & { readonly depth?: number | undefined } = {},
  ): AsyncGenerator<KeptEntry, void, void> {
    return listKeptFiles(this.#connection, { userId: this.userId, checkpointId, path }, options);
  }

  /** Removes all of a tier, however many calls that takes, and answers what was removed. Throws `conflict` while a sandbox of the user lives. */
  async remove(
    tier: Tier,
    options: CallOptions & { readonly onProgress?: ((left: Stored) => void) | undefined } = {},
  ): Promise<Stored> {
    const { signal, onProgress } = options;
    const input = { params: { user_id: this.userId, tier }, query: { confirm: this.userId } };
    let removed: Stored = { bytes: 0, objects: 0 };
    for (;;) {
      const answer = await send(this.#connection, 'deleteStorage', input, { signal });
      removed = {
        bytes: removed.bytes + answer.removed.bytes,
        objects: removed.objects + answer.removed.objects,
      };
      if (answer.complete) return removed;
      onProgress?.(answer.left);
    }
  }
}
