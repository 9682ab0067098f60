import type { Tree } from '../tree/tree.ts';

const smallBytes = 512 * 1024;
const mostSmall = 50;
const leastBytes = 64 * 1024;

/** Blobs that are mostly of what is gone, and small ones once there are many: their files are packed anew with the next change. */
export function sparseBlobs(tree: Tree): ReadonlySet<string> {
  const live = new Map<string, { used: number; readonly whole: number }>();
  for (const node of tree.values()) {
    if (node.type !== 'file') continue;
    for (const { blob, size } of node.contents) {
      const sum = live.get(blob.sha256) ?? { used: 0, whole: blob.raw_size };
      sum.used += size;
      live.set(blob.sha256, sum);
    }
  }
  const all = [...live];
  const small = all.filter(([, { whole }]) => whole < smallBytes);
  const sparse = all.filter(([, { used, whole }]) => whole > leastBytes && used * 4 < whole);
  return new Set([...sparse, ...(small.length > mostSmall ? small : [])].map(([sha256]) => sha256));
}
