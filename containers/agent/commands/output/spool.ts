import type { Buffer } from 'node:buffer';
import type { DiskBudget } from './disk-budget.ts';
import { Segment } from './segment.ts';

const segmentBytes = 4 * 1024 * 1024;

export interface SpoolBounds {
  /** The most one stream keeps; beyond it the oldest segments go. */
  readonly maxBytes: number;
  readonly segmentBytes?: number;
}

/**
 * One stream of a command's output, kept on disk and addressed by byte offset. What can't be kept is still counted:
 * too much output, a full disk and the sandbox's whole budget all move `firstAvailable`, and nothing else.
 */
export class Spool {
  readonly #path: string;
  readonly #bounds: Required<SpoolBounds>;
  readonly #budget: DiskBudget;
  readonly #changed: () => void;
  #segments: Segment[] = [];
  #current: Segment | undefined;
  #count = 0;
  #produced = 0;
  #closed = false;

  /** `path` is where segments lie, before their numbers. `changed` is called when there is more to read. */
  constructor(path: string, bounds: SpoolBounds, budget: DiskBudget, changed: () => void) {
    this.#path = path;
    this.#bounds = { segmentBytes, ...bounds };
    this.#budget = budget;
    this.#changed = changed;
  }

  /** How many bytes the command has written to the stream. */
  get produced(): number {
    return this.#produced;
  }

  /** The lowest offset that can still be read; equal to `produced` when nothing can. */
  get firstAvailable(): number {
    return this.#segments[0]?.start ?? this.#produced;
  }

  /** Keeps a chunk; one call at a time. Never rejects: what the disk refuses is counted and gone. */
  async append(chunk: Uint8Array): Promise<void> {
    if (this.#closed) return;
    try {
      const segment = await this.#segmentFor(chunk.length);
      await segment.write(chunk);
    } catch {
      await this.#leaveSegment();
    }
    this.#produced += chunk.length;
    this.#changed();
  }

  /** The bytes at `offset`, or the nearest ones after it that are kept; undefined when there are none (yet). */
  async read(offset: number, maxBytes: number): Promise<{ offset: number; data: Buffer } | undefined> {
    for (;;) {
      const segment = this.#segments.find((candidate) => offset < candidate.end);
      if (!segment) return undefined;
      const at = Math.max(offset, segment.start);
      const data = await segment.read(at, maxBytes);
      if (data) return { offset: at, data };
      segment.drop(); // Its file is gone, so it is of no use to anybody.
    }
  }

  /** Ends the writing; what is kept stays readable. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#leaveSegment();
    for (const segment of this.#segments) segment.finish();
  }

  /** Forgets everything that is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    for (const segment of [...this.#segments]) segment.drop();
  }

  async #segmentFor(bytes: number): Promise<Segment> {
    if (this.#current && this.#current.length + bytes <= this.#bounds.segmentBytes) return this.#current;
    await this.#leaveSegment();
    this.#makeRoom(Math.max(bytes, this.#bounds.segmentBytes));
    const segment = await Segment.create(this.#produced, `${this.#path}.${this.#count++}`, this.#budget, (gone) => {
      this.#segments = this.#segments.filter((kept) => kept !== gone);
      if (this.#current === gone) this.#current = undefined;
    });
    this.#segments.push(segment);
    this.#current = segment;
    return segment;
  }

  async #leaveSegment(): Promise<void> {
    const segment = this.#current;
    this.#current = undefined;
    if (segment?.end === segment?.start) segment?.drop();
    await segment?.seal().catch(() => segment.drop());
  }

  // A new segment counts whole from its start, so that a stream never takes more than its bound.
  #makeRoom(bytes: number): void {
    let kept = this.#segments.reduce((sum, segment) => sum + segment.length, 0);
    for (const oldest of [...this.#segments]) {
      if (kept + bytes <= this.#bounds.maxBytes) return;
      kept -= oldest.length;
      oldest.drop();
    }
  }
}
