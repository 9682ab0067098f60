import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const sumOf = /^[0-9a-f]{64}$/;

/** The SHA-256 of a file, in hex. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

/**
 * Contents that were read lately, in the user's own folder and by their SHA-256, the longest unused removed first. Whatever goes wrong
 * with it, files are had from storage.
 */
export class ColdCache {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Copies a content to a path that isn't there yet; false when it is not kept, or no longer what it was. */
  async take(sha256: string, target: string, signal: AbortSignal): Promise<boolean> {
    const kept = join(this.#folder, sha256);
    try {
      await copyFile(kept, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      if ((await hashFile(target, signal)) === sha256) {
        const now = new Date();
        await utimes(kept, now, now);
        return true;
      }
      await rm(kept, { force: true });
    } catch {
      signal.throwIfAborted();
    }
    await rm(target, { force: true });
    return false;
  }

  /** Keeps the content of a file, if there is room for it at all. */
  async keep(sha256: string, path: string): Promise<void> {
    const unfinished = join(this.#folder, `.${randomUUID()}`);
    try {
      const { size } = await stat(path);
      if (size > this.#maxBytes) return;
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#makeRoom(size);
      await copyFile(path, unfinished, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await rename(unfinished, join(this.#folder, sha256));
    } catch {
      await rm(unfinished, { force: true }).catch(() => {});
    }
  }

  async #makeRoom(wanted: number): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => sumOf.test(name));
    const files = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(this.#folder, name));
        return { path: join(this.#folder, name), size, mtimeMs };
      }),
    );
    files.sort((a, b) => a.mtimeMs - b.mtimeMs);
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files) {
      if (bytes + wanted <= this.#maxBytes) return;
      await rm(path, { force: true });
      bytes -= size;
    }
  }
}
