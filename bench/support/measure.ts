export interface Times {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds that something takes. */
export async function took(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Milliseconds of each of `count` runs, one after the other. */
export async function timeEach(count: number, run: (index: number) => Promise<unknown>): Promise<Times> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    times.push(await took(() => run(index)));
  }
  return timesOf(times);
}

/** Milliseconds of `count` runs of each, in turn, so that all have the same share of a busy machine. */
export async function timeInTurn<const Runs extends readonly (() => Promise<unknown>)[]>(
  count: number,
  runs: Runs,
): Promise<{ [Index in keyof Runs]: Times }> {
  const times: number[][] = runs.map(() => []);
  for (let round = 0; round < count; round += 1) {
    for (const [index, run] of runs.entries()) times[index]?.push(await took(run));
  }
  return times.map(timesOf) as { [Index in keyof Runs]: Times };
}

/** What the times of some runs, in milliseconds, say together. */
export function timesOf(given: readonly number[]): Times {
  const times = given.toSorted((left, right) => left - right);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

/** `12.3 ms p50, 15.0 ms p95`. */
export const showTimes = ({ p50, p95 }: Times): string => `${p50.toFixed(1)} ms p50, ${p95.toFixed(1)} ms p95`;
