import type { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blob } from './records.ts';
import { writePieces } from './write-pieces.ts';

// Folders by the first byte of an id, each there from its first file on: a start makes and reads no more than there is.
const shard = /^[0-9a-f]{2}$/;

/** Contents as files that are written once. One that is named by no record is waste, which the next start removes. */
export class Blobs {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, 'incoming');
  }

  static async open(folder: string): Promise<Blobs> {
    const blobs = new Blobs(folder);
    await rm(blobs.#incoming, { recursive: true, force: true });
    await mkdir(blobs.#incoming, { recursive: true, mode: 0o700 });
    return blobs;
  }

  /** Keeps what the source gives. It is on disk, whole, when this resolves; nothing is when it rejects. */
  async write(source: AsyncIterable<Buffer>): Promise<Blob> {
    const id = randomBytes(16).toString('hex');
    const incoming = join(this.#incoming, id);
    try {
      const size = await this.#receive(incoming, source);
      const path = this.#pathOf(id);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(incoming, path);
      return { id, size };
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  async #receive(path: string, source: AsyncIterable<Buffer>): Promise<number> {
    await using file = await open(path, 'wx', 0o600);
    const size = await writePieces(file, source);
    // Before any record says that the object is there.
    await file.datasync();
    return size;
  }

  /** To be pinned before: rejects with ENOENT for one that was removed. */
  open({ id }: Blob): Promise<FileHandle> {
    return open(this.#pathOf(id), 'r');
  }

  /** Until the answer is called, once, they stay where they are, whoever removes them. */
  pin(blobs: readonly Blob[]): () => Promise<void> {
    for (const { id } of blobs) this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1);
    return async () => {
      const free: Blob[] = [];
      for (const blob of blobs) if (this.#unpin(blob.id)) free.push(blob);
      await this.remove(free);
    };
  }

  /** True when it was to be removed and nobody has a pin in it any more. */
  #unpin(id: string): boolean {
    const left = (this.#pins.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#pins.set(id, left);
      return false;
    }
    this.#pins.delete(id);
    return this.#doomed.delete(id);
  }

  /** Those that are pinned go when they no longer are. */
  async remove(blobs: readonly Blob[]): Promise<void> {
    for (const { id } of blobs) {
      if (this.#pins.has(id)) this.#doomed.add(id);
      else await rm(this.#pathOf(id), { force: true });
    }
  }

  /** Removes every file that `isKept` doesn't know; answers how many. Nobody may write meanwhile. */
  async sweep(isKept: (id: string) => boolean): Promise<number> {
    let removed = 0;
    for (const folder of await readdir(this.#folder)) {
      if (!shard.test(folder)) continue;
      for (const name of await readdir(join(this.#folder, folder))) {
        if (isKept(name)) continue;
        await rm(join(this.#folder, folder, name), { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  #pathOf(id: string): string {
    return join(this.#folder, id.slice(0, 2), id);
  }
}
