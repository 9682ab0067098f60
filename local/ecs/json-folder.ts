import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const suffix = '.json';

/**
 * Values on disk, one file each, readable by the owner alone. A file is replaced whole: a kill at any moment leaves
 * the old value or the new one. Writing blocks, so that no answer is ever ahead of the disk. Names are file names.
 */
export class JsonFolder<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** Every value, in no order. Throws, naming the file, when one can't be read. */
  readAll(): T[] {
    return readdirSync(this.#path)
      .filter((name) => name.endsWith(suffix))
      .map((name) => this.#read(join(this.#path, name)));
  }

  write(name: string, value: T): void {
    const path = join(this.#path, name + suffix);
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  remove(name: string): void {
    rmSync(join(this.#path, name + suffix), { force: true });
  }

  #read(path: string): T {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (cause) {
      throw new Error(`${path} is not the JSON it was written as: remove it to go on without it`, { cause });
    }
  }
}
