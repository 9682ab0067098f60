/** What the agent's exit says; ECS keeps it as the container's exit code. */
export const exitCodes = {
  /** It ended as it was told to: time was up, a wish to stop, idle, SIGTERM. */
  ended: 0,
  /** Something nobody foresaw; the log has it. */
  internal: 1,
  /** The environment is wrong; the log names every fault. */
  configuration: 2,
  /** No sandbox was assigned in time, or the one that was has already ended. */
  unassigned: 3,
  /** A command could do more than it may. */
  isolation: 4,
  /** The sandbox's own first command failed. */
  onReady: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
