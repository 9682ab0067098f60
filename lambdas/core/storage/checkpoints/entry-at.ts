import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Entry } from '../../../../contract/home/manifest.ts';
import { homePath } from '../../sandboxes/create/home.ts';
import { type PathIndex, pathKey } from './path-index.ts';

interface NamedPath {
  readonly path?: string | undefined;
  readonly path_base64?: string | undefined;
}

const home = `${homePath}/`;
export const rootKey = '.';

const shown = ({ path, path_base64 }: NamedPath): string => (path ?? `base64:${path_base64}`).slice(0, 200);

/** The key of a path within the home; undefined for one that leads out of it. */
function keyIn(asked: NamedPath): string | undefined {
  const whole = pathKey(asked);
  const inside = `${whole}/`.startsWith(home) ? whole.slice(home.length) : whole;
  const parts = inside.split('/').filter((part) => part !== '' && part !== '.');
  if (inside.startsWith('/') || parts.includes('..')) return undefined;
  return parts.length === 0 ? rootKey : parts.join('/');
}

/** What is at a path, which is relative to the home or begins with it. Links are not followed. Throws `file_not_found`. */
export function entryAt(index: PathIndex, asked: NamedPath): readonly [key: string, entry: Entry] {
  const key = keyIn(asked);
  const entry = key === undefined ? undefined : index.get(key);
  if (key !== undefined && entry !== undefined) return [key, entry];
  throw new SandboxError('file_not_found', `the checkpoint has no ${shown(asked)}`, {
    details: { field: 'query.path', value: shown(asked), rule: 'expected a path in the home' },
  });
}

/** Refuses what is of another kind than is wanted. */
export function wrongType(asked: NamedPath, { type }: Entry, wanted: 'file' | 'directory'): SandboxError {
  const rule = `expected a ${wanted}`;
  return new SandboxError('wrong_file_type', `${shown(asked)} is a ${type}, ${rule}`, {
    details: { field: 'query.path', value: shown(asked), rule },
  });
}
