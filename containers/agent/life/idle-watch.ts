import type { Clock } from '../../../contract/clock.ts';

interface Options {
  readonly clock: Clock;
  /** A command that runs is use, however long it says nothing. */
  readonly isBusy: () => boolean;
  readonly lastUsedMs: () => number;
  readonly onIdle: () => void;
}

/** Knows when nobody has used the sandbox for too long. */
export class IdleWatch implements Disposable {
  readonly #options: Options;
  #idleMs = 0;
  #timer: Disposable | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sets how long is too long; 0 is never. */
  set(idleSeconds: number): void {
    if (idleSeconds * 1000 === this.#idleMs) return;
    this.#idleMs = idleSeconds * 1000;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#idleMs === 0) return;
    const { clock, isBusy, lastUsedMs, onIdle } = this.#options;
    const left = isBusy() ? this.#idleMs : lastUsedMs() + this.#idleMs - clock.now();
    if (left <= 0) onIdle();
    else this.#timer = clock.after(left, () => this.#arm());
  }
}
