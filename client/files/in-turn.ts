/** Does the work of each item, so many at once, in the order in which they come. Rejects with the first failure, and begins nothing then. */
export async function inTurn<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  // One asks for the next item at a time.
  let turn: Promise<unknown> = Promise.resolve();
  const next = (): Promise<IteratorResult<T>> => {
    const asked = turn.then(() => iterator.next());
    turn = asked.catch(() => undefined);
    return asked;
  };
  const worker = async () => {
    while (!isOver) {
      const item = await next();
      if (item.done || isOver) return;
      await work(item.value);
    }
  };
  const workers = Array.from({ length: atOnce }, () =>
    worker().catch((error) => {
      isOver = true;
      throw error;
    }),
  );
  try {
    await Promise.all(workers);
  } finally {
    await Promise.allSettled(workers);
    await iterator.return?.();
  }
}
