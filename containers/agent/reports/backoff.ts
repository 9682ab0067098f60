/** Waits that grow from `firstMs` to `lastMs`, each somewhere between its half and its whole. */
export function* backoff(
  firstMs: number,
  lastMs: number,
  random: () => number = Math.random,
): Generator<number, never> {
  for (let wait = firstMs; ; wait = Math.min(wait * 1.7, lastMs)) yield Math.round(wait * (0.5 + random() / 2));
}
