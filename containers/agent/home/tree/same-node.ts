import type { FileNode, Node, Tree } from './tree.ts';

/** Whether two things are the same in all that is the user's: type, mode, contents, target. Times are not compared. */
export function isSameNode(one: Node | undefined, other: Node | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  if (one.type !== other.type) return false;
  if (one.type === 'symlink' && other.type === 'symlink')
    return one.target === other.target && one.target_base64 === other.target_base64;
  if (one.mode !== other.mode) return false;
  return one.type !== 'file' || other.type !== 'file' || hasSameContents(one, other);
}

/** Whether two files have the same bytes: they were cut the same way, or they are taken for different. */
export function hasSameContents(one: FileNode, other: FileNode): boolean {
  return (
    one.size === other.size &&
    one.contents.length === other.contents.length &&
    one.contents.every(
      ({ sha256, size }, at) => sha256 === other.contents[at]?.sha256 && size === other.contents[at]?.size,
    )
  );
}

/** Whether two homes are the same, times of files included: those that a program may compare. */
export function isSameTree(one: Tree, other: Tree): boolean {
  if (one.size !== other.size) return false;
  for (const [key, node] of one) {
    const there = other.get(key);
    if (!isSameNode(node, there)) return false;
    if (node.type === 'file' && node.mtime_us !== there?.mtime_us) return false;
  }
  return true;
}
