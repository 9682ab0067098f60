import type { Entry, Manifest } from '../../../../contract/home/manifest.ts';

interface NamedPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

/** The bytes of a path, a character each: equal and in order as the bytes are, in whichever of its two forms it came. */
export const pathKey = ({ path, path_base64 }: NamedPath): string =>
  Buffer.from(path ?? path_base64 ?? '', path === undefined ? 'base64' : 'utf8').toString('latin1');

/** The last part of a path's key. */
export const nameKey = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** A key as answers have paths: as text where it is UTF-8. */
export function shownKey<N extends string>(key: string, name: N): { [K in N | `${N}_base64`]?: string } {
  const bytes = Buffer.from(key, 'latin1');
  const text = bytes.toString('utf8');
  const shown = Buffer.from(text).equals(bytes) ? { [name]: text } : { [`${name}_base64`]: bytes.toString('base64') };
  return shown as { [K in N | `${N}_base64`]?: string };
}

/** What a checkpoint holds, by path. */
export type PathIndex = ReadonlyMap<string, Entry>;

/** In the order of the paths, whatever order the sandbox that wrote it has left. */
export function pathIndex({ entries }: Manifest): PathIndex {
  const keyed = entries.map((entry) => [pathKey(entry), entry] as const);
  return new Map(keyed.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}
