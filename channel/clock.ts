/** What the channel needs of time; the project's own `Clock` has this shape. Milliseconds throughout; `now` counts from the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `run` once after `ms`, unless the answer is disposed first. Does not keep the process alive. */
  after(ms: number, run: () => void): Disposable;
}
