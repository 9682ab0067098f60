// Fargate on ARM64, on demand, us-east-1 list prices of November 2026, in dollars an hour.
const perVcpu = 0.03238;
const perGb = 0.00356;
const perAddress = 0.005;
/** Disk beyond what is included, per GB. */
const perDiskGb = 0.000111;
const includedDiskGb = 20;

/** Fargate bills a machine for at least a minute. */
export const shortestBilledMs = 60_000;

interface Machine {
  readonly cpu: number;
  readonly memory_mb: number;
  readonly disk_gb: number;
}

/** Dollars an hour for a machine and its public address. */
export const usdPerHour = ({ cpu, memory_mb, disk_gb }: Machine): number =>
  cpu * perVcpu + (memory_mb / 1024) * perGb + Math.max(0, disk_gb - includedDiskGb) * perDiskGb + perAddress;

/** The same in millionths of a dollar, of which every machine has a whole number. */
export const microsPerHour = (machine: Machine): number => Math.round(usdPerHour(machine) * 1e6);

/** Millionths of a dollar for so long; no minimum. */
export const microsOf = (machine: Machine, durationMs: number): number =>
  Math.round((microsPerHour(machine) * durationMs) / 3_600_000);

/** Dollars for a machine that was there for so long; to a ten-thousandth of a cent. */
export const costUsd = (machine: Machine, durationMs: number): number =>
  microsOf(machine, Math.max(shortestBilledMs, durationMs)) / 1e6;
