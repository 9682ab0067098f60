// Time is a port: the domain, the agent and the local stand-ins take a Clock, so that a test can pass a day in seconds.

/** What the product knows of time. Milliseconds throughout; `now` counts from the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `run` once after `ms`, unless the answer is disposed first. Does not keep the process alive. */
  after(ms: number, run: () => void): Disposable;
}

// setTimeout fires at once when asked to wait longer than this.
const longestTimerMs = 2 ** 31 - 1;

/** A clock that runs `rate` times as fast as the machine's, equal to it at `originMs`. */
export function createClock(rate = 1, originMs = 0): Clock {
  const now = () => (rate === 1 ? Date.now() : Math.round(originMs + (Date.now() - originMs) * rate));
  const after = (ms: number, run: () => void): Disposable => {
    const due = now() + ms;
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const wait = Math.min(Math.max(0, (due - now()) / rate), longestTimerMs);
      timer = setTimeout(() => (now() < due ? arm() : run()), wait);
      // A browser's timers are numbers, and keep nothing alive.
      if (typeof timer === 'object') timer.unref();
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  };
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
        Math.min(ms / rate, longestTimerMs),
      );
      signal?.addEventListener('abort', stop, { once: true });
    });
  return { now, sleep, after };
}

export const systemClock: Clock = createClock();

/** Reads `MATRX_CLOCK`, written `<rate>@<origin ms>` by `clockSetting`; without it the clock is the machine's. */
export function clockFromSetting(setting: string | undefined): Clock {
  if (!setting) return systemClock;
  const match = /^(\d+(?:\.\d+)?)@(\d+)$/.exec(setting);
  if (!match) throw new Error(`MATRX_CLOCK is "${setting}", expected <rate>@<origin ms>, as in 20@1763850000000`);
  return createClock(Number(match[1]), Number(match[2]));
}

/** The setting that gives another process this very clock. */
export const clockSetting = (rate: number, originMs: number): string => `${rate}@${originMs}`;
