export interface MultiValues {
  /** The last value of each name. */
  readonly last: Record<string, string>;
  readonly all: Record<string, string[]>;
  readonly isEmpty: boolean;
}

/** Pairs of name and value in the two forms that a proxy event has them. Names that differ in case stay apart. */
export function gather(pairs: readonly (readonly [string, string])[]): MultiValues {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return {
    last: Object.fromEntries(Array.from(all, ([name, values]) => [name, values.at(-1) ?? ''])),
    all: Object.fromEntries(all),
    isEmpty: all.size === 0,
  };
}

/** A query string as pairs, decoded. */
export const queryPairs = (query: string): [string, string][] => [...new URLSearchParams(query)];
