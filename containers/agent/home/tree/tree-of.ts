import type { Entry, Manifest } from '../../../../contract/home/manifest.ts';
import { HomeFault } from '../home-fault.ts';
import { type Content, homeItself, type Node, parentKey, pathBytes, pathKey, type Tree } from './tree.ts';

/** A stored tree. Throws HomeFault `corrupt` for one that can't have been a home. */
export function treeOf({ blobs, entries, checkpoint_id }: Manifest): Tree {
  const fail = (why: string): never => {
    throw new HomeFault('corrupt', `the manifest of ${checkpoint_id} ${why}`);
  };
  const contentOf = ({ blob, ...piece }: Extract<Entry, { type: 'file' }>['pieces'][number]): Content => {
    const found = blobs[blob];
    if (!found || piece.offset + piece.size > found.raw_size) return fail('names bytes that no blob has');
    return { ...piece, blob: found };
  };
  const tree = new Map<string, Node>();
  for (const entry of entries) {
    const key = pathKey(entry);
    if (!isPath(key)) fail('has a path that leads elsewhere');
    if (entry.type !== 'file') {
      tree.set(key, entry);
      continue;
    }
    const { pieces, ...rest } = entry;
    const contents = pieces.map(contentOf);
    if (contents.reduce((sum, { size }) => sum + size, 0) !== entry.size)
      fail('has a file that is not the sum of its pieces');
    tree.set(key, { ...rest, contents });
  }
  for (const key of tree.keys()) {
    const above = parentKey(key);
    if (above !== undefined && tree.get(above)?.type !== 'directory') fail('has a file in what is no folder');
  }
  return tree;
}

const isPath = (key: string): boolean =>
  key === homeItself ||
  pathBytes(key)
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
