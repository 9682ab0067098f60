import type { Clock } from '../../../contract/clock.ts';

const silence = Symbol('silence');

/** The items as they come, and `heartbeat` after each `everyMs` without one. Ends and throws as the items do. */
export async function* withHeartbeats<T, H>(
  items: AsyncIterable<T>,
  heartbeat: H,
  { clock, everyMs }: { readonly clock: Clock; readonly everyMs: number },
): AsyncGenerator<T | H> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const timer = new AbortController();
      const quiet = clock.sleep(everyMs, timer.signal).then(
        () => silence,
        () => silence,
      );
      const result = await Promise.race([next, quiet]);
      timer.abort();
      if (typeof result === 'symbol') {
        yield heartbeat;
        continue;
      }
      if (result.done) return;
      yield result.value;
      next = iterator.next();
    }
  } finally {
    // A reader that has gone doesn't wait for the item that was on its way.
    iterator.return?.()?.catch(() => undefined);
  }
}
