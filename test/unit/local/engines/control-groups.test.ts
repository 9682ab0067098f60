import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Hierarchy } from '../../../../local/engines/namespaces/cgroup-hierarchies.ts';
import {
  createControlGroups,
  removeControlGroups,
  sawOutOfMemory,
} from '../../../../local/engines/namespaces/control-groups.ts';

const limits = { memoryMb: 64, maxProcesses: 10, cpu: 1024 };

/** Plain folders with the files of a version 2 tree: what a group is given isn't enforced, only written. */
function createTree(enabled: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'matrx-cgroups-'));
  for (const [name, controllers] of Object.entries(enabled)) {
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, 'cgroup.subtree_control'), controllers);
  }
  const hierarchy = (...names: string[]): Hierarchy => ({
    version: 2,
    controllers: ['memory', 'pids', 'cpu'],
    folders: names.map((name) => join(root, name)),
  });
  return { root, hierarchy, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test('a folder that can not hand its controllers down is passed over for the one above', () => {
  using tree = createTree({ 'slice/scope': '', slice: 'memory pids\n' });
  // A file that isn't there refuses writes as a folder with processes does.
  rmSync(join(tree.root, 'slice/scope/cgroup.subtree_control'));
  const recorded: string[] = [];
  const groups = createControlGroups('machine', limits, (folder) => recorded.push(folder), [
    tree.hierarchy('slice/scope', 'slice'),
  ]);
  expect(groups.folders).toEqual([join(tree.root, 'slice/machine')]);
  expect(recorded).toEqual(groups.folders);
});

test('controllers that a folder does not hand down yet are enabled', () => {
  using tree = createTree({ slice: 'memory\n' });
  createControlGroups('machine', limits, () => {}, [tree.hierarchy('slice')]);
  expect(readFileSync(join(tree.root, 'slice/cgroup.subtree_control'), 'utf8')).toContain('+');
});

test('limits whose files are missing are reported as absent', () => {
  using tree = createTree({ slice: 'memory pids cpu\n' });
  expect(createControlGroups('machine', limits, () => {}, [tree.hierarchy('slice')]).limited).toEqual([]);
});

test('where no folder can be used the machine has no groups', () => {
  using tree = createTree({});
  expect(createControlGroups('machine', limits, () => {}, [tree.hierarchy('gone')])).toEqual({
    folders: [],
    limited: [],
  });
  expect(createControlGroups('machine', limits, () => {}, [])).toEqual({ folders: [], limited: [] });
});

test('a kill for want of memory is read in the words of either version', () => {
  using tree = createTree({ one: '', two: '', fine: '' });
  writeFileSync(join(tree.root, 'one/memory.oom_control'), 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
  writeFileSync(join(tree.root, 'two/memory.events'), 'low 0\noom 3\noom_kill 2\noom_group_kill 0\n');
  writeFileSync(join(tree.root, 'fine/memory.events'), 'low 0\noom 3\noom_kill 0\n');
  const saw = (...names: string[]) => sawOutOfMemory(names.map((name) => join(tree.root, name)));
  expect([saw('one'), saw('fine', 'two'), saw('fine'), saw('gone'), saw()]).toEqual([true, true, false, false, false]);
});

test('removing groups that are gone does nothing', async () => {
  using tree = createTree({ slice: '' });
  mkdirSync(join(tree.root, 'slice/machine'));
  const folder = join(tree.root, 'slice/machine');
  await removeControlGroups([folder, folder]);
  expect(existsSync(folder)).toBe(false);
});
