const furthest = 3;

function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** Whether a name begins with these words: `ttl` and `ttl_seconds`. */
const beginsWith = (candidate: string, name: string): boolean => candidate.startsWith(`${name}_`);

/** Whether letters were left out between the first and the last: `cmd` and `command`. */
function abbreviates(name: string, candidate: string): boolean {
  if (name.length < 2 || name[0] !== candidate[0] || name.at(-1) !== candidate.at(-1)) return false;
  let matched = 0;
  for (const letter of candidate) if (letter === name[matched]) matched++;
  return matched === name.length;
}

/** The known name that a mistyped or shortened one most likely means; undefined when none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const name = given
    .slice(0, 100)
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase();
  const meant = known.find((candidate) => beginsWith(candidate, name) || abbreviates(name, candidate));
  if (meant !== undefined) return meant;
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(name, candidate) }))
    .sort((left, right) => left.away - right.away);
  const best = ranked[0];
  return best !== undefined && best.away <= Math.min(furthest, best.candidate.length - 1) ? best.candidate : undefined;
}
