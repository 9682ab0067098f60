import type { CheckpointSummary } from '../../../../contract/home/head.ts';
import type { Blob, Entry, Manifest } from '../../../../contract/home/manifest.ts';
import { inOrder, type Node, type Tree } from './tree.ts';

/** A tree as it is stored, in the order of its paths' bytes. */
export function manifestOf(tree: Tree, summary: CheckpointSummary, parent: string | null): Manifest {
  const blobs: Blob[] = [];
  const places = new Map<string, number>();
  const placeOf = (blob: Blob): number => {
    let place = places.get(blob.sha256);
    if (place === undefined) {
      place = blobs.push(blob) - 1;
      places.set(blob.sha256, place);
    }
    return place;
  };
  const entries = inOrder(tree).map(([, node]) => entryOf(node, placeOf));
  return { version: 1, ...summary, parent, blobs, entries };
}

function entryOf(node: Node, placeOf: (blob: Blob) => number): Entry {
  if (node.type !== 'file') return node;
  const { contents, ...rest } = node;
  const pieces = contents.map(({ blob, offset, size, sha256 }) => ({ blob: placeOf(blob), offset, size, sha256 }));
  return { ...rest, pieces };
}
