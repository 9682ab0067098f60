import type { HomeChange } from '../../../../contract/api/storage.ts';
import type { Entry } from '../../../../contract/home/manifest.ts';
import { type PathIndex, shownKey } from './path-index.ts';

/** A difference, by the key of its path. */
export interface Difference {
  readonly key: string;
  readonly change: HomeChange;
}

const sizeOf = (entry: Entry | undefined): number | null => (entry?.type === 'file' ? entry.size : null);

/** All that makes an entry what it is, but its times. */
const essence = (entry: Entry): string => {
  const { type, mode } = entry;
  if (type === 'directory') return JSON.stringify([type, mode]);
  if (type === 'symlink') return JSON.stringify([type, entry.target, entry.target_base64]);
  return JSON.stringify([type, mode, entry.size, entry.pieces.map(({ sha256 }) => sha256)]);
};

function difference(key: string, before: Entry | undefined, after: Entry | undefined): Difference | undefined {
  const there = after ?? before;
  if (there === undefined) return undefined;
  if (before && after && essence(before) === essence(after)) return undefined;
  return {
    key,
    change: {
      ...shownKey(key, 'path'),
      change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
      type: there.type,
      size_before: sizeOf(before),
      size_after: sizeOf(after),
    },
  };
}

/** What is different in `after`, in the order of the paths. */
export function compareHomes(before: PathIndex, after: PathIndex): readonly Difference[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => difference(key, before.get(key), after.get(key)) ?? []);
}
