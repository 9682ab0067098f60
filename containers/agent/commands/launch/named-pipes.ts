import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Options {
  /** How many are made at once. */
  readonly batch: number;
  /** How many are left when more are made. */
  readonly low: number;
}

/**
 * Keeps some named pipes ready, since making one costs a process. They lie in a folder of root's, so `mode` only says who may
 * open again what has been handed to him. Whoever takes one unlinks it.
 */
export class NamedPipes {
  readonly #folder: string;
  readonly #name: string;
  readonly #mode: string;
  readonly #options: Options;
  readonly #ready: string[] = [];
  #count = 0;
  #refill: Promise<void> | undefined;

  constructor(folder: string, name: string, mode: string, options: Options) {
    this.#folder = folder;
    this.#name = name;
    this.#mode = mode;
    this.#options = options;
  }

  /** The path of one. Rejects when no pipe can be made, with the kernel's own code for why. */
  async take(): Promise<string> {
    if (this.#ready.length <= this.#options.low) {
      this.#refill ??= this.#make().finally(() => (this.#refill = undefined));
    }
    if (this.#ready.length === 0) await this.#refill;
    else this.#refill?.catch(() => {}); // Whoever finds none left tries again and hears of it.
    return this.#ready.shift() ?? this.take();
  }

  async #make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const paths = Array.from({ length: this.#options.batch }, () =>
      join(this.#folder, `${this.#name}-${this.#count++}`),
    );
    try {
      await run('/usr/bin/mkfifo', ['-m', this.#mode, ...paths], { env: {} });
    } catch (cause) {
      throw await this.#whyNot(paths, cause);
    }
    this.#ready.push(...paths);
  }

  /** What the kernel says of a file in their place, since `mkfifo` tells only in words; what was made of them is removed. */
  async #whyNot(paths: readonly string[], cause: unknown): Promise<unknown> {
    const probe = join(this.#folder, `${this.#name}-probe`);
    const said = await writeFile(probe, '').then(
      () => cause,
      (error: Error) => Object.assign(error, { cause }),
    );
    await Promise.all([probe, ...paths].map((path) => rm(path, { force: true })));
    return said;
  }
}
