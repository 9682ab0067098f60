import type { Controller } from './cgroup-hierarchies.ts';

export interface Limits {
  readonly memoryMb: number;
  /** Threads count as processes. */
  readonly maxProcesses: number;
  /** 1024 a core. */
  readonly cpu: number;
}

/** One write to a file of a group. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  /** Whether kernels exist that rightly lack the file. */
  readonly optional?: true;
}

const cpuPeriodUs = 100_000;
const leastCpuQuotaUs = 1_000;

/** What to write, in order, so that a controller holds a group to its limits. */
export function settingsOf(version: 1 | 2, controller: Controller, limits: Limits): readonly Setting[] {
  if (controller === 'pids') return [{ file: 'pids.max', value: String(limits.maxProcesses) }];
  if (controller === 'memory') {
    const bytes = String(limits.memoryMb * 1024 * 1024);
    // What may be swapped out isn't limited. Version 1 counts memory and swap together, version 2 swap alone.
    return version === 1
      ? [
          { file: 'memory.limit_in_bytes', value: bytes },
          { file: 'memory.memsw.limit_in_bytes', value: bytes, optional: true },
        ]
      : [
          { file: 'memory.max', value: bytes },
          { file: 'memory.swap.max', value: '0', optional: true },
        ];
  }
  const quotaUs = Math.max(leastCpuQuotaUs, Math.round((limits.cpu / 1024) * cpuPeriodUs));
  return version === 1
    ? [
        { file: 'cpu.cfs_period_us', value: String(cpuPeriodUs) },
        { file: 'cpu.cfs_quota_us', value: String(quotaUs) },
      ]
    : [{ file: 'cpu.max', value: `${quotaUs} ${cpuPeriodUs}` }];
}
