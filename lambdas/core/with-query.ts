type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A path with its query; what is undefined is left out. */
export function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return `${path}?${given}`;
}
