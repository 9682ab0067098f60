import { windowBytes } from './frames.ts';

/** How much one side of a call may still send. */
export class Window {
  #left = windowBytes;
  #closed = false;
  #wake: (() => void) | undefined;

  /** Whether there is room for a piece. */
  get isOpen(): boolean {
    return this.#left > 0;
  }

  /** Waits for room and takes it. False once the call is over. One waiter at a time. */
  async take(bytes: number): Promise<boolean> {
    while (this.#left <= 0 && !this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#left -= bytes;
    return !this.#closed;
  }

  /** The other side has taken so much. */
  give(bytes: number): void {
    this.#left += bytes;
    this.#wake?.();
  }

  /** Lets whoever waits go. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
