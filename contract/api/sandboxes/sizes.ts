// The pairs of CPU and memory that Fargate runs, and the names callers use for the common ones.

export const sizes = {
  xs: { cpu: 0.25, memory_mb: 512 },
  s: { cpu: 0.5, memory_mb: 1_024 },
  m: { cpu: 1, memory_mb: 2_048 },
  l: { cpu: 2, memory_mb: 4_096 },
  xl: { cpu: 4, memory_mb: 8_192 },
} as const satisfies Record<string, { cpu: number; memory_mb: number }>;

export type SizeName = keyof typeof sizes;
export const sizeNames = Object.keys(sizes) as [SizeName, ...SizeName[]];
export const defaultSize: SizeName = 's';

const gb = 1_024;
const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * gb);

/** Memory in MB that each vCPU count can have. Source: AWS, "Task CPU and memory" for Fargate on Linux. */
export const memoryByCpu: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [512, gb, 2 * gb]],
  [0.5, steps(1, 4, 1)],
  [1, steps(2, 8, 1)],
  [2, steps(4, 16, 1)],
  [4, steps(8, 30, 1)],
  [8, steps(16, 60, 4)],
  [16, steps(32, 120, 8)],
]);
