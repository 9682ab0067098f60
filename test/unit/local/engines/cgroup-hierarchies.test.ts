import { expect, test } from 'vitest';
import { findHierarchies } from '../../../../local/engines/namespaces/cgroup-hierarchies.ts';

const none = () => [];

test('version 2 alone offers its controllers in one tree, from our own group upwards', () => {
  const mountinfo = '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
  const own = '0::/user.slice/user-0.slice/session-1.scope\n';
  expect(findHierarchies(mountinfo, own, () => ['cpuset', 'cpu', 'io', 'memory', 'pids'])).toEqual([
    {
      version: 2,
      controllers: ['memory', 'pids', 'cpu'],
      folders: [
        '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope',
        '/sys/fs/cgroup/user.slice/user-0.slice',
        '/sys/fs/cgroup/user.slice',
        '/sys/fs/cgroup',
      ],
    },
  ]);
});

test('version 1 has a tree for each controller, beside a version 2 that has none left', () => {
  const mountinfo = [
    '24 1 0:22 / / rw - ext4 /dev/vda rw',
    '30 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
    '31 24 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '32 24 0:29 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids',
    '33 24 0:30 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer',
    '34 24 0:31 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
  ].join('\n');
  const own = '9:name=systemd:/\n8:pids:/\n4:memory:/outer/inner\n1:cpu,cpuacct:/\n0::/\n';
  expect(findHierarchies(mountinfo, own, () => ['hugetlb'])).toEqual([
    { version: 1, controllers: ['cpu'], folders: ['/sys/fs/cgroup/cpu,cpuacct'] },
    {
      version: 1,
      controllers: ['memory'],
      folders: ['/sys/fs/cgroup/memory/outer/inner', '/sys/fs/cgroup/memory/outer', '/sys/fs/cgroup/memory'],
    },
    { version: 1, controllers: ['pids'], folders: ['/sys/fs/cgroup/pids'] },
  ]);
});

test('below a container, paths are counted from the part of the tree that is mounted', () => {
  const mountinfo = '31 24 0:28 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory';
  const folders = (own: string) => findHierarchies(mountinfo, own, none)[0]?.folders;
  expect(folders('4:memory:/docker/abc\n')).toEqual(['/sys/fs/cgroup/memory']);
  expect(folders('4:memory:/docker/abc/x\n')).toEqual(['/sys/fs/cgroup/memory/x', '/sys/fs/cgroup/memory']);
  expect(folders('4:memory:/docker/abcdef\n')).toEqual(['/sys/fs/cgroup/memory']);
  expect(folders('4:memory:/elsewhere\n')).toEqual(['/sys/fs/cgroup/memory']);
});

test('a folder with a blank in its name is found', () => {
  const mountinfo = '31 24 0:28 / /mnt/control\\040groups rw - cgroup cgroup rw,pids';
  expect(findHierarchies(mountinfo, '', none)[0]?.folders).toEqual(['/mnt/control groups']);
});

test('a host without control groups offers none', () => {
  expect(findHierarchies('24 1 0:22 / / rw - ext4 /dev/vda rw\n', '0::/\n', none)).toEqual([]);
  expect(findHierarchies('', '', none)).toEqual([]);
});
