import { readdirSync, statfsSync } from 'node:fs';
import type { MachineFigures } from '../../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { controlGroup } from './control-group.ts';
import { processSums } from './process-sums.ts';

interface Options {
  readonly clock: Clock;
  /** On the disk that is told of. */
  readonly home: string;
  readonly procFolder?: string;
  readonly cgroupFolder?: string;
}

const everyMs = 60_000;

function usedDisk(path: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(path);
    return (blocks - bfree) * bsize;
  } catch {
    return 0; // Its home is not there yet.
  }
}

/** Looks at the machine once a minute: by the kernel's own counters, without starting anything. */
export class MachineWatch {
  readonly #options: Required<Options>;
  #lastMs: number;
  #lastCpuMs: number;
  #dueMs = 0;

  constructor(options: Options) {
    this.#options = { procFolder: '/proc', cgroupFolder: '/sys/fs/cgroup', ...options };
    this.#lastMs = options.clock.now();
    this.#lastCpuMs = this.#look().cpuMs;
  }

  /** The figures, when a minute has passed since the last ones; the first ones come at once. */
  read(): MachineFigures | undefined {
    const now = this.#options.clock.now();
    if (now < this.#dueMs) return undefined;
    this.#dueMs = now + everyMs;
    const { cpuMs, memoryBytes, processes } = this.#look();
    // A process that nobody waited for takes its time with it.
    const cpu = Math.max(0, cpuMs - this.#lastCpuMs) / Math.max(1, now - this.#lastMs);
    this.#lastMs = now;
    this.#lastCpuMs = cpuMs;
    return {
      cpu: Math.min(1_024, Math.round(cpu * 1e3) / 1e3),
      memory_bytes: Math.round(memoryBytes),
      disk_bytes: usedDisk(this.#options.home),
      processes,
    };
  }

  #look() {
    const { procFolder, cgroupFolder } = this.#options;
    const ids = readdirSync(procFolder).filter((name) => /^\d+$/.test(name));
    return { ...(controlGroup(cgroupFolder) ?? processSums(procFolder, ids)), processes: ids.length };
  }
}
