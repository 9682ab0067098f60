import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../../../contract/clock.ts';

interface Options {
  readonly clock: Clock;
  /** When somebody last asked for something. */
  readonly lastUsedMs: () => number | undefined;
  /** Collects all there is. @default what `--expose-gc` has given; where it hasn't, nothing is collected */
  readonly collect?: (() => void) | undefined;
  /** What the heap holds, garbage included. */
  readonly heapBytes?: () => number;
}

// It takes some 60 ms of a processor, which nobody shall wait for.
const restMs = 5_000;
// Of less there is nothing to be had.
const worthBytes = 2 * 1024 * 1024;

/** Gives memory back when the agent has done its work: V8 lets garbage lie while there is room, and at rest it would lie for ever. */
export class CollectAtRest implements Disposable {
  readonly #options: Required<Options>;
  #keptBytes = 0;
  #timer: Disposable | undefined;

  constructor(options: Options) {
    this.#options = { collect: collectAll(), heapBytes: usedBytes, ...options };
    if (this.#options.collect) this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #arm(): void {
    this.#timer = this.#options.clock.after(restMs, () => this.#look());
  }

  #look(): void {
    const { clock, lastUsedMs, collect, heapBytes } = this.#options;
    const bytes = heapBytes();
    this.#keptBytes = Math.min(this.#keptBytes, bytes);
    const rests = clock.now() - (lastUsedMs() ?? 0) >= restMs;
    if (rests && bytes - this.#keptBytes >= worthBytes) {
      collect?.();
      this.#keptBytes = heapBytes();
    }
    this.#arm();
  }
}

function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Unlike an ordinary collection, one of the last resort goes on until nothing more is found, and gives pages back. */
function collectAll(): (() => void) | undefined {
  const { gc } = globalThis;
  return gc && (() => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
}
