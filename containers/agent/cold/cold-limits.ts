/** What cold files may be. */
export const coldLimits = {
  /** What one request can bring to storage. */
  objectBytes: 5 * 1024 ** 3,
  nameBytes: 900,
  /** Names in one answer; at their longest they fit in it. */
  page: 64,
  /** An operation that takes longer is given up. */
  operationMs: 3_600_000,
  /** Everything before ready. */
  probeMs: 20_000,
} as const;
