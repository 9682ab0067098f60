import type { OutputOf } from './http/send/send.ts';

/** How a machine was at one time. */
export interface MachinePoint {
  readonly at: Date;
  /** vCPU in use, on average since the point before. */
  readonly cpu: number;
  /** Without what the kernel can drop at once. */
  readonly memoryBytes: number;
  /** In use on the disk of the home. */
  readonly diskBytes: number;
  readonly processes: number;
  readonly runningCommands: number;
}

/** What a sandbox has and uses. */
export interface SandboxMetrics {
  readonly limits: { readonly cpu: number; readonly memoryBytes: number; readonly diskBytes: number };
  /** The newest point; null before the first. */
  readonly current: MachinePoint | null;
  /** Of the past hour, oldest first, one a minute. */
  readonly points: readonly MachinePoint[];
}

type Wire = OutputOf<'getMetrics'>;

const toPoint = (point: Wire['points'][number]): MachinePoint => ({
  at: new Date(point.at),
  cpu: point.cpu,
  memoryBytes: point.memory_bytes,
  diskBytes: point.disk_bytes,
  processes: point.processes,
  runningCommands: point.running_commands,
});

/** Metrics of the API in the library's names. */
export const toSandboxMetrics = ({ limits, current, points }: Wire): SandboxMetrics => ({
  limits: { cpu: limits.cpu, memoryBytes: limits.memory_bytes, diskBytes: limits.disk_bytes },
  current: current && toPoint(current),
  points: points.map(toPoint),
});
