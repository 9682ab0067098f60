import type { Clock } from '../../../contract/clock.ts';

/** One who waits and can be woken; a ring while nobody waits is not forgotten. */
export class Wakeup {
  #rung = false;
  #wake: ((rung: boolean) => void) | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.(true);
  };

  /** True when it was rung since the last wait, false after `ms` of silence. One waiter at a time. */
  async wait(clock: Clock, ms: number): Promise<boolean> {
    if (!this.#rung) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      this.#wake = resolve;
      using _ = clock.after(ms, () => resolve(false));
      await promise;
      this.#wake = undefined;
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
