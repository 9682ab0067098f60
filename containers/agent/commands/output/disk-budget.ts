/** Something on disk that can be given up. */
export interface Kept {
  readonly length: number;
  drop(): void;
}

/** Bounds what all commands' output takes of the disk together: when there is too much, the oldest goes first. */
export class DiskBudget {
  readonly #maxBytes: number;
  readonly #kept = new Set<Kept>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(segment: Kept): void {
    this.#kept.add(segment);
  }

  /** Makes room for `bytes` more, before they are written to a segment. */
  grow(bytes: number): void {
    this.#bytes += bytes;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return;
      oldest.drop();
    }
  }

  /** A segment tells that it is gone, with what it had been given. */
  remove(segment: Kept): void {
    if (this.#kept.delete(segment)) this.#bytes -= segment.length;
  }
}
