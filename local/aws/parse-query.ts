/**
 * A query string as a signer sees it: names and values decoded, a repeated name as a list.
 * Undefined when it can't be signed: broken escapes, or a name the signer would leave out, so that it could be added
 * to a signed request unnoticed.
 */
export function parseQuery(query: string): Record<string, string | string[]> | undefined {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    if (name === '__proto__' || name.toLowerCase() === 'x-amz-signature') return undefined;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]));
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
