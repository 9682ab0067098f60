// Pipes for a command's output. Node gives children sockets, which `/dev/stdout` and `/dev/stderr` can't be opened on, and
// a pipe made by root can't be opened again by another user; a named one with write permission for all can. It lies in a
// folder of root's and is unlinked as soon as both ends are open.

import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const batch = 64;
const low = 16;

/** The agent's end and the command's; whoever takes a pipe closes both. */
export interface OutputPipe {
  readonly reader: Socket;
  readonly writer: number;
}

/** Keeps some pipes ready, since making one costs a process. */
export class OutputPipes {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #count = 0;
  #refill: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rejects when no pipe can be made. */
  async take(): Promise<OutputPipe> {
    if (this.#ready.length <= low) this.#refill ??= this.#make().finally(() => (this.#refill = undefined));
    if (this.#ready.length === 0) await this.#refill;
    else this.#refill?.catch(() => {}); // Whoever finds none left tries again and hears of it.
    const path = this.#ready.shift();
    return path === undefined ? this.take() : open(path);
  }

  async #make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const paths = Array.from({ length: batch }, () => join(this.#folder, `pipe-${this.#count++}`));
    await run('/usr/bin/mkfifo', ['-m', '622', ...paths], { env: {} });
    this.#ready.push(...paths);
  }
}

function open(path: string): OutputPipe {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writer = openSync(path, constants.O_WRONLY);
    return { reader: new Socket({ fd: reading, readable: true, writable: false }), writer };
  } catch (cause) {
    closeSync(reading);
    throw cause;
  } finally {
    unlinkSync(path);
  }
}
