import { expect, test } from 'vitest';
import { settingsOf } from '../../../../local/engines/namespaces/cgroup-settings.ts';

const limits = { memoryMb: 512, maxProcesses: 100, cpu: 256 };

test('the same limits are written in the words of each version', () => {
  expect(settingsOf(2, 'memory', limits)).toEqual([
    { file: 'memory.max', value: '536870912' },
    { file: 'memory.swap.max', value: '0', optional: true },
  ]);
  expect(settingsOf(1, 'memory', limits)).toEqual([
    { file: 'memory.limit_in_bytes', value: '536870912' },
    { file: 'memory.memsw.limit_in_bytes', value: '536870912', optional: true },
  ]);
  expect(settingsOf(2, 'cpu', limits)).toEqual([{ file: 'cpu.max', value: '25000 100000' }]);
  expect(settingsOf(1, 'cpu', limits)).toEqual([
    { file: 'cpu.cfs_period_us', value: '100000' },
    { file: 'cpu.cfs_quota_us', value: '25000' },
  ]);
  for (const version of [1, 2] as const) {
    expect(settingsOf(version, 'pids', limits)).toEqual([{ file: 'pids.max', value: '100' }]);
  }
});

test('a share smaller than the kernel takes becomes the smallest it takes', () => {
  expect(settingsOf(2, 'cpu', { ...limits, cpu: 1 })).toEqual([{ file: 'cpu.max', value: '1000 100000' }]);
});
