// What the service measures of itself, beside what AWS measures of it. No dimension is ever an id: each value is paid for.

export const metricNamespace = 'MatrxSandbox';

/** The dimensions there are: which deployment of an account it is about, and for commands how they ended. */
export const dimensions = { deployment: 'Deployment', outcome: 'Outcome' } as const;

export const metrics = {
  SandboxesCreated: { unit: 'Count', says: 'sandboxes whose task was asked for' },
  SandboxesRefused: { unit: 'Count', says: 'creations refused for want of capacity, by a quota or by an operator' },
  SandboxesRunning: { unit: 'Count', says: 'sandboxes that have a machine' },
  PoolHits: { unit: 'Count', says: 'creations that got a machine that waited' },
  PoolMisses: { unit: 'Count', says: 'creations that found their pool empty' },
  PoolIdle: { unit: 'Count', says: 'machines that wait' },
  TimeToReady: { unit: 'Milliseconds', says: 'from creation to ready' },
  CommandsRun: { unit: 'Count', says: 'commands by how they ended' },
  ChannelsLost: { unit: 'Count', says: 'execs whose channel broke for good' },
  Failures: { unit: 'Count', says: 'answers of 500 and more' },
  Throttled: { unit: 'Count', says: 'requests told to come later' },
  OrphanedTasks: { unit: 'Count', says: 'tasks without a record' },
  ExpiredStillRunning: { unit: 'Count', says: 'machines that run four minutes after their deadline' },
  ReaperRuns: { unit: 'Count', says: 'runs of the reaper that came to their end' },
  AnnouncementsLost: { unit: 'Count', says: 'transitions nobody could be told of' },
} as const satisfies Record<string, { unit: 'Count' | 'Milliseconds'; says: string }>;

export type MetricName = keyof typeof metrics;
