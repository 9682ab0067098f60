// Fargate on ARM64, on demand, us-east-1 list prices of November 2026, in dollars an hour.
const perVcpu = 0.03238;
const perGb = 0.00356;
const perAddress = 0.005;
/** Disk beyond what is included, per GB. */
const perDiskGb = 0.000111;
const includedDiskGb = 20;

interface Machine {
  readonly cpu: number;
  readonly memory_mb: number;
  readonly disk_gb: number;
}

/** Dollars an hour for a machine and its public address. */
export const usdPerHour = ({ cpu, memory_mb, disk_gb }: Machine): number =>
  cpu * perVcpu + (memory_mb / 1024) * perGb + Math.max(0, disk_gb - includedDiskGb) * perDiskGb + perAddress;

/** Dollars for a machine that was there for so long; to a ten-thousandth of a cent. */
export const costUsd = (machine: Machine, durationMs: number): number =>
  Math.round(((usdPerHour(machine) * Math.max(0, durationMs)) / 3_600_000) * 1e6) / 1e6;
