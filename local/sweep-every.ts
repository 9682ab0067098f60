import type { Clock } from '../contract/clock.ts';

/** Runs `sweep` again and again, `everyMs` after the last one ended; disposing waits for one under way. */
export function sweepEvery(clock: Clock, everyMs: number, sweep: () => Promise<void>): AsyncDisposable {
  let ended = false;
  let underWay = Promise.resolve();
  let next: Disposable;
  const arm = () => {
    next = clock.after(everyMs, () => {
      underWay = sweep().finally(() => ended || arm());
    });
  };
  arm();
  return {
    async [Symbol.asyncDispose]() {
      ended = true;
      next[Symbol.dispose]();
      await underWay;
    },
  };
}
