import { readFileSync } from 'node:fs';

// What the kernel says of its own killing for want of memory: for this machine's control group, version 2 or 1, or else for the
// whole kernel, which on Fargate is this machine's alone.
const counters = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control', '/proc/vmstat'];

/** Reads a counter out of such a file; undefined where it isn't told. */
export function parseOomKills(text: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** How many processes the kernel has killed for want of memory; only the difference of two answers means something. */
export function countOomKills(files: readonly string[] = counters): number {
  for (const file of files) {
    try {
      const count = parseOomKills(readFileSync(file, 'latin1'));
      if (count !== undefined) return count;
    } catch {
      // Not to be read here: the next one may be.
    }
  }
  return 0;
}
