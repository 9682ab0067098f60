/** Mutual exclusion by name. Whoever asks first holds first. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `run` while nobody else holds any of the keys. Never deadlocks: keys are taken in one order by everyone. */
  async hold<T>(keys: readonly string[], run: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const key of [...new Set(keys)].sort()) releases.push(await this.#take(key));
      return await run();
    } finally {
      for (const release of releases) release();
    }
  }

  async #take(key: string): Promise<() => void> {
    const before = this.#tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, promise);
    await before;
    return () => {
      if (this.#tails.get(key) === promise) this.#tails.delete(key);
      resolve();
    };
  }
}
