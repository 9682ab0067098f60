import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { Node, Tree } from '../../../containers/agent/home/tree/tree.ts';

const names = fc.constantFrom('a', 'b', 'c', 'é', 'd e');
const texts = fc.constantFrom('', '1', '2', '3');
const modes = fc.constantFrom(0o644, 0o755);

/** A file whose contents are some text. */
export function fileNode(path: string, text: string, mode = 0o644): Node {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const size = Buffer.byteLength(text);
  const blob = {
    sha256: createHash('sha256').update(`blob of ${text}`).digest('hex'),
    size,
    encoding: 'identity' as const,
    raw_size: size,
  };
  const contents = size === 0 ? [] : [{ blob, offset: 0, size, sha256 }];
  return { type: 'file', path, mode, mtime_us: 0, size, contents };
}

export const folderNode = (path: string): Node => ({ type: 'directory', path, mode: 0o755, mtime_us: 0 });
const linkNode = (path: string, target: string): Node => ({ type: 'symlink', path, mode: 0o777, mtime_us: 0, target });

type Shape =
  | { readonly kind: 'file'; readonly text: string; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly inside: Record<string, Shape> };

const { folder } = fc.letrec<{ folder: Shape; shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('file' as const), text: texts, mode: modes }),
    fc.record({ kind: fc.constant('link' as const), target: texts }),
    tie('folder'),
  ),
  folder: fc.record({
    kind: fc.constant('folder' as const),
    inside: fc.dictionary(names, tie('shape'), { maxKeys: 4 }),
  }),
}));

function fill(tree: Map<string, Node>, path: string, shape: Shape): void {
  if (shape.kind === 'file') tree.set(path, fileNode(path, shape.text, shape.mode));
  else if (shape.kind === 'link') tree.set(path, linkNode(path, shape.target));
  else {
    tree.set(path, folderNode(path));
    for (const [name, inner] of Object.entries(shape.inside))
      fill(tree, path === '.' ? name : `${path}/${name}`, inner);
  }
}

/** Any home, small enough that two of them often meet. */
export const trees: fc.Arbitrary<Tree> = folder.map((shape) => {
  const tree = new Map<string, Node>();
  fill(tree, '.', shape);
  return tree;
});
