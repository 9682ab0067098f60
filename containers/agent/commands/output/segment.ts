import { Buffer } from 'node:buffer';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { DiskBudget, Kept } from './disk-budget.ts';

/** A piece of a stream in a file of its own: written from its start, given up whole. */
export class Segment implements Kept {
  /** Where in the stream its first byte stands. */
  readonly start: number;
  readonly #path: string;
  readonly #budget: DiskBudget;
  readonly #onDrop: (segment: Segment) => void;
  #handle: FileHandle | undefined;
  #granted = 0;
  #written = 0;
  #dropped = false;
  #finished = false;

  private constructor(
    start: number,
    path: string,
    handle: FileHandle,
    budget: DiskBudget,
    onDrop: (segment: Segment) => void,
  ) {
    this.start = start;
    this.#path = path;
    this.#handle = handle;
    this.#budget = budget;
    this.#onDrop = onDrop;
  }

  static async create(
    start: number,
    path: string,
    budget: DiskBudget,
    onDrop: (segment: Segment) => void,
  ): Promise<Segment> {
    const segment = new Segment(start, path, await open(path, 'wx', 0o600), budget, onDrop);
    budget.add(segment);
    return segment;
  }

  /** What it has been given of the budget. */
  get length(): number {
    return this.#granted;
  }

  get isFinished(): boolean {
    return this.#finished;
  }

  /** Says that its whole stream has ended. */
  finish(): void {
    this.#finished = true;
  }

  /** Where in the stream the byte after its last one stands. */
  get end(): number {
    return this.start + this.#written;
  }

  /** Appends; one call at a time. Rejects when the disk does, and is then of no more use. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#dropped) return;
    this.#granted += chunk.length;
    this.#budget.grow(chunk.length);
    if (this.#dropped) return;
    for (let at = 0; at < chunk.length; ) {
      const written = await this.#handle?.write(chunk, at, chunk.length - at);
      if (!written) return; // Given up meanwhile.
      at += written.bytesWritten;
    }
    this.#written += chunk.length;
  }

  /** Up to `maxBytes` from a place in the stream; undefined when they are gone. */
  async read(offset: number, maxBytes: number): Promise<Buffer | undefined> {
    if (this.#dropped) return undefined;
    const handle = await open(this.#path, 'r').catch(() => undefined);
    if (!handle) return undefined;
    try {
      const buffer = Buffer.allocUnsafe(Math.min(maxBytes, this.end - offset));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset - this.start);
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** Says that nothing more will be written. */
  async seal(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#budget.remove(this);
    this.#onDrop(this);
    // Nobody waits for these, and a file that stays is in a folder that goes with the machine.
    this.seal().catch(() => {});
    unlink(this.#path).catch(() => {});
  }
}
