import { SandboxError } from '../../../contract/api/errors.ts';

type Query = Readonly<Record<string, readonly string[] | undefined>>;

/** Query parameters as one object: `label.team=x` becomes `{ label: { team: 'x' } }`. Throws `invalid_request` for one given twice. */
export function foldQuery(query: Query | null | undefined): Record<string, unknown> {
  const folded = new Map<string, unknown>();
  const nested = new Map<string, [string, string][]>();
  for (const [name, values = []] of Object.entries(query ?? {})) {
    const [value = '', ...more] = values;
    if (more.length > 0)
      throw new SandboxError('invalid_request', `query.${name} is given ${values.length} times`, {
        details: { field: `query.${name}`, rule: 'expected it once' },
      });
    const dot = name.indexOf('.');
    if (dot <= 0) folded.set(name, value);
    else nested.set(name.slice(0, dot), [...(nested.get(name.slice(0, dot)) ?? []), [name.slice(dot + 1), value]]);
  }
  for (const [name, entries] of nested) folded.set(name, Object.fromEntries(entries));
  return Object.fromEntries(folded);
}
