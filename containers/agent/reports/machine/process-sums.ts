import type { Counters } from './control-group.ts';
import { readSmall } from './read-small.ts';

const tickMs = 10;
const pageBytes = 4_096;
// Whoever starts more shall not keep the agent busy counting them.
const mostProcesses = 2_000;

/** User and system time of a process and of its ended children. The name, in brackets, may hold anything. */
function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + (Number(field) || 0), 0);
}

/** Resident memory that is the process's alone. */
function ownPages(statm: string): number {
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number);
  return Math.max(0, resident - shared) || 0;
}

/** The sums over processes: what is known where no control group can be seen. */
export function processSums(procFolder: string, ids: readonly string[]): Counters {
  let ticks = 0;
  let pages = 0;
  for (const id of ids.slice(0, mostProcesses)) {
    ticks += ticksOf(readSmall(`${procFolder}/${id}/stat`) ?? '');
    pages += ownPages(readSmall(`${procFolder}/${id}/statm`) ?? '');
  }
  return { cpuMs: ticks * tickMs, memoryBytes: pages * pageBytes };
}
