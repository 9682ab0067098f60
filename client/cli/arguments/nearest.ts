/** How many letters to add, drop or change to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The known word that a mistyped one most likely means; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const short = word.slice(0, 40);
  const byDistance = known.map((candidate) => ({ candidate, far: distance(short, candidate) }));
  const [best] = byDistance.sort((a, b) => a.far - b.far);
  return best && best.far <= Math.floor(best.candidate.length / 2) ? best.candidate : undefined;
}
