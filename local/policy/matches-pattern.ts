import type { Context } from './conditions.ts';

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Whether a text is one that a policy's pattern means: `*` any characters, `?` one, `${key}` the value of a key as it is,
 * wildcards in it included, so that no value can widen a policy. A pattern with a key that has no value matches nothing.
 */
export function matchesPattern(
  text: string,
  pattern: string,
  context: Context,
  { wildcards = true }: { readonly wildcards?: boolean } = {},
): boolean {
  let source = '';
  for (const [piece] of pattern.matchAll(/\$\{[^}]*\}|\*+|./gsu)) {
    const meant = piece.startsWith('${') ? variable(piece.slice(2, -1), context) : piece;
    if (meant === undefined) return false;
    if (wildcards && piece.startsWith('*')) source += '.*';
    else if (wildcards && piece === '?') source += '.';
    else source += escaped(meant);
  }
  return new RegExp(`^${source}$`, 'su').test(text);
}

function variable(name: string, context: Context): string | undefined {
  // `${*}`, `${?}` and `${$}` are the characters themselves.
  if (['*', '?', '$'].includes(name)) return name;
  return context.get(name.trim().toLowerCase());
}
