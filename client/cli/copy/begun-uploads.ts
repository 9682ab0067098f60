import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UploadId } from '../../../contract/api/identifiers.ts';
import { makeFolder } from '../../node/make-folder.ts';
import type { LocalFile } from './local-files.ts';

// Storage gives one up after a day; what is left of the last hour would hardly do.
const keptMs = 23 * 3_600_000;

/** Which uploads were begun and did not come to their end, so that the same copy goes on with them. Forgets where it can't write. */
export class BegunUploads {
  readonly #folder: string;
  readonly #place: string;

  /** `place` is the service and the sandbox. */
  constructor(folder: string, place: string) {
    this.#folder = join(folder, 'uploads');
    this.#place = place;
  }

  /** The upload of this file, as it is now, to that path. */
  find(local: LocalFile, to: Buffer): string | undefined {
    try {
      const path = this.#pathOf(local, to);
      if (Date.now() - statSync(path).mtimeMs > keptMs) return undefined;
      return UploadId.safeParse(readFileSync(path, 'utf8')).data;
    } catch {
      return undefined;
    }
  }

  /** Also forgets those that are too old. */
  keep(local: LocalFile, to: Buffer, uploadId: string): void {
    try {
      makeFolder(Buffer.from(this.#folder), 0o700);
      for (const name of readdirSync(this.#folder)) {
        const path = join(this.#folder, name);
        if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
      }
      writeFileSync(this.#pathOf(local, to), uploadId, { mode: 0o600 });
    } catch {
      // Then the copy begins anew.
    }
  }

  forget(local: LocalFile, to: Buffer): void {
    try {
      rmSync(this.#pathOf(local, to), { force: true });
    } catch {
      // It is too old in a day.
    }
  }

  // A file that has changed since is another one.
  #pathOf({ path, stats: { dev, ino, size, mtimeMs } }: LocalFile, to: Buffer): string {
    const from = resolve(path.toString('latin1'));
    const key = JSON.stringify([this.#place, to.toString('latin1'), from, dev, ino, size, mtimeMs]);
    return join(this.#folder, createHash('sha256').update(key).digest('hex'));
  }
}
