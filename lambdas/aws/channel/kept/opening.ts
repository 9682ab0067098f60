/** Something that is being made for all who wait for it, and given up when the last of them goes. */
export class Opening<T> {
  readonly done: Promise<T>;
  readonly #over = new AbortController();
  #waiters = 0;

  constructor(open: (signal: AbortSignal) => Promise<T>) {
    this.done = open(this.#over.signal);
    // Each waiter hears of it by itself.
    this.done.catch(() => undefined);
  }

  /** Whether nobody waits for it any more, and nothing will come of it. */
  get isGivenUp(): boolean {
    return this.#over.signal.aborted;
  }

  /** What was made; rejects with why it couldn't be, or with the signal's reason. */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason);
    signal.addEventListener('abort', leave);
    this.#waiters++;
    try {
      return await Promise.race([this.done, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (--this.#waiters === 0 && signal.aborted) this.#over.abort(signal.reason);
    }
  }
}
