/** Something on disk that can be given up. */
export interface Kept {
  readonly length: number;
  /** Nothing will be added to what it is part of. */
  readonly isFinished: boolean;
  drop(): void;
}

/** Bounds what all commands' output takes of the disk together: when there is too much, the oldest of what has ended goes first. */
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
    if (this.#bytes <= this.#maxBytes) return;
    for (const onlyFinished of [true, false]) {
      for (const oldest of this.#kept) {
        if (onlyFinished && !oldest.isFinished) continue;
        oldest.drop();
        if (this.#bytes <= this.#maxBytes) return;
      }
    }
  }

  /** A segment tells that it is gone, with what it had been given. */
  remove(segment: Kept): void {
    if (this.#kept.delete(segment)) this.#bytes -= segment.length;
  }
}
