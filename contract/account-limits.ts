// What AWS allows an account in a region: "Request throttling for the Amazon ECS API", "Fargate service quotas". An operator can
// have them raised; what paces itself goes by these.

export interface Rate {
  /** Calls at once. */
  readonly burst: number;
  /** Calls a second for long. */
  readonly perSecond: number;
}

export const accountLimits = {
  /** RunTask, StopTask and ExecuteCommand together. */
  ecsChanges: { burst: 100, perSecond: 40 },
  /** DescribeTasks and ListTasks together. */
  ecsReads: { burst: 100, perSecond: 20 },
  ecsRegistrations: { burst: 20, perSecond: 1 },
  /** Tasks, on Fargate and on Fargate Spot each. */
  launches: { burst: 100, perSecond: 20 },
  /** vCPU of tasks at once, on Fargate and on Fargate Spot each; of a new account. */
  vcpus: 6,
  /** ARNs that one DescribeTasks takes, and tasks that a page of ListTasks has. */
  tasksPerRead: 100,
} as const satisfies Record<string, Rate | number>;
