import { readNumber, readSmall } from './read-small.ts';

/** What has been used, as the kernel counts it. */
export interface Counters {
  /** CPU time since the machine began, in ms. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

const fieldOf = (text: string | undefined, name: string): number | undefined => {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
};

function versionTwo(folder: string): Counters | undefined {
  const cpu = fieldOf(readSmall(`${folder}/cpu.stat`), 'usage_usec');
  const memory = readNumber(`${folder}/memory.current`);
  if (cpu === undefined || memory === undefined) return undefined;
  const droppable = fieldOf(readSmall(`${folder}/memory.stat`), 'inactive_file') ?? 0;
  return { cpuMs: cpu / 1e3, memoryBytes: Math.max(0, memory - droppable) };
}

function versionOne(folder: string): Counters | undefined {
  const cpu = readNumber(`${folder}/cpuacct/cpuacct.usage`);
  const memory = readNumber(`${folder}/memory/memory.usage_in_bytes`);
  if (cpu === undefined || memory === undefined) return undefined;
  const droppable = fieldOf(readSmall(`${folder}/memory/memory.stat`), 'total_inactive_file') ?? 0;
  return { cpuMs: cpu / 1e6, memoryBytes: Math.max(0, memory - droppable) };
}

/** The counters of the machine's control group, of either version; undefined where the machine can't see it. */
export const controlGroup = (folder: string): Counters | undefined => versionTwo(folder) ?? versionOne(folder);
