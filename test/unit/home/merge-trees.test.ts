import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeTrees } from '../../../containers/agent/home/tree/merge-trees.ts';
import { isSameNode } from '../../../containers/agent/home/tree/same-node.ts';
import { type Node, parentKey, type Tree } from '../../../containers/agent/home/tree/tree.ts';
import { fileNode, folderNode, trees } from './trees.ts';

const suffix = '.conflict-abc123-20260101T000000Z';
const merge = (base: Tree, mine: Tree, theirs: Tree) => mergeTrees({ base, mine, theirs, suffix });
const plain = (tree: Tree) => [...tree].map(([key, node]) => [key, node.type]).sort();

/** What a side made or changed, folders aside: nobody may lose any of it. */
function changesOf(base: Tree, side: Tree): Node[] {
  return [...side]
    .filter(([key, node]) => node.type !== 'directory' && !isSameNode(node, base.get(key)))
    .map(([, node]) => node);
}

/** The same thing under the same name, or under the name that one of two gets. */
function isKept(merged: Tree, node: Node): boolean {
  return [...merged].some(([key, there]) => {
    const name = key.replace(/\.conflict-.*$/, '');
    return name === node.path && isLike(node, there);
  });
}

const isLike = (node: Node, there: Node): boolean =>
  there.type === node.type && isSameNode({ ...there, mode: node.mode } as Node, node);

test('any two edits of a home merge, and neither loses what it made or changed', () => {
  void fc.assert(
    fc.property(trees, trees, trees, (base, mine, theirs) => {
      const merged = merge(base, mine, theirs);
      for (const node of [...changesOf(base, mine), ...changesOf(base, theirs)])
        expect(isKept(merged, node)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a merged home is a home: everything in it lies in a folder', () => {
  void fc.assert(
    fc.property(trees, trees, trees, (base, mine, theirs) => {
      const merged = merge(base, mine, theirs);
      for (const key of merged.keys()) {
        const above = parentKey(key);
        if (above !== undefined) expect(merged.get(above)?.type).toBe('directory');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('where one side changed nothing, the other’s home is the merged one', () => {
  void fc.assert(
    fc.property(trees, trees, (base, changed) => {
      expect(plain(merge(base, changed, base))).toEqual(plain(changed));
      expect(plain(merge(base, base, changed))).toEqual(plain(changed));
    }),
    { numRuns: 500 },
  );
});

const treeOf = (...nodes: Node[]): Tree => new Map(nodes.map((node) => [node.path ?? '', node]));

test('what one side removed stays where the other had changed it', () => {
  const base = treeOf(fileNode('a', '1'), fileNode('b', '1'));
  expect([...merge(base, treeOf(fileNode('a', '1')), treeOf(fileNode('a', '1'), fileNode('b', '2'))).keys()]).toEqual([
    'a',
    'b',
  ]);
  expect([...merge(base, treeOf(fileNode('a', '1')), base).keys()]).toEqual(['a']);
});

test('a file that takes the place of a folder makes way for what the other side put into it', () => {
  const base = treeOf(folderNode('d'), fileNode('d/old', '1'));
  const mine = treeOf(fileNode('d', 'mine'));
  const theirs = treeOf(folderNode('d'), fileNode('d/old', '1'), fileNode('d/new', '2'));
  expect([...merge(base, mine, theirs).keys()].sort()).toEqual(['d', `d${suffix}`, 'd/new'].sort());
});
