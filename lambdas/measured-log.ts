// Metrics are lines of the log in CloudWatch's embedded format: no call, no right, and no time of the caller's.

import { dimensions, type MetricName, metricNamespace, metrics } from '../contract/metrics.ts';
import type { Log } from './core/log.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Measured {
  readonly values: Partial<Record<MetricName, number>>;
  /** How a command ended, where one did. */
  readonly outcome?: string;
}

const roomless: ReadonlySet<unknown> = new Set(['capacity_unavailable', 'quota_exceeded', 'closed']);
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A task that runs, that nobody is stopping, and that neither a record nor a pool is about: the record is written before a task is asked for. */
const isOrphan = ({ event, outcome, lastStatus, desiredStatus, sandboxId, isPooled }: Fields): boolean =>
  event === 'task.settle' &&
  outcome === 'ok' &&
  lastStatus === 'RUNNING' &&
  desiredStatus === 'RUNNING' &&
  sandboxId === undefined &&
  isPooled !== true;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** What a line about a run of the reaper says in numbers: its own, and those of each job. */
function measureReaper(fields: Fields): Measured {
  const { event, outcome, ...jobs } = fields;
  if (event !== 'reaper.run') return { values: {} };
  const counts: Fields = Object.assign({}, ...Object.values(jobs).filter(isObject));
  const { orphanedTasks, expiredStillRunning, runningSandboxes, poolIdle } = counts;
  const values: Partial<Record<MetricName, number>> = {};
  // Pools are also filled between two minutes, and such a run looks at nothing that is overdue.
  if (outcome === 'ok' && 'overdue' in jobs) values.ReaperRuns = 1;
  if (isNumber(orphanedTasks)) values.OrphanedTasks = orphanedTasks;
  if (isNumber(runningSandboxes)) values.SandboxesRunning = runningSandboxes;
  if (isNumber(poolIdle)) values.PoolIdle = poolIdle;
  if (isNumber(expiredStillRunning)) values.ExpiredStillRunning = expiredStillRunning;
  return { values };
}

/** What a line about a request or a task says in numbers. */
function measureCall(fields: Fields): Measured {
  const { event, code, status, readyMs, startedFrom, commandOutcome } = fields;
  const values: Partial<Record<MetricName, number>> = {};
  if (event === 'sandbox.create' && status === 201) values.SandboxesCreated = 1;
  if (event === 'sandbox.create' && roomless.has(code)) values.SandboxesRefused = 1;
  if (startedFrom === 'pool') values.PoolHits = 1;
  if (startedFrom === 'cold') values.PoolMisses = 1;
  if (isNumber(readyMs)) values.TimeToReady = readyMs;
  if (code === 'channel_lost') values.ChannelsLost = 1;
  if (isNumber(status) && status >= 500) values.Failures = 1;
  if (status === 429) values.Throttled = 1;
  if (isOrphan(fields)) values.OrphanedTasks = 1;
  if (typeof commandOutcome !== 'string') return { values };
  return { values: { ...values, CommandsRun: 1 }, outcome: commandOutcome };
}

/** What an agent's report of a command says in numbers: one that still runs is reported again, and counted then. */
const measureReport = (fields: Fields): Measured =>
  fields['commandOutcome'] === 'running' ? { values: {} } : measureCall(fields);

const directive = (Dimensions: readonly string[], names: readonly MetricName[]) => ({
  Namespace: metricNamespace,
  Dimensions: [Dimensions],
  Metrics: names.map((Name) => ({ Name, Unit: metrics[Name].unit })),
});

/** The block that makes CloudWatch take the values of its line as metrics; undefined when there are none. */
function embedded(deployment: string, { values, outcome }: Measured): Fields | undefined {
  const names = Object.keys(values) as MetricName[];
  if (names.length === 0) return undefined;
  const byOutcome = names.filter((name) => name === 'CommandsRun');
  const others = names.filter((name) => name !== 'CommandsRun');
  return {
    ...values,
    [dimensions.deployment]: deployment,
    ...(outcome === undefined ? {} : { [dimensions.outcome]: outcome }),
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        ...(others.length > 0 ? [directive([dimensions.deployment], others)] : []),
        ...(byOutcome.length > 0 ? [directive([dimensions.deployment, dimensions.outcome], byOutcome)] : []),
      ],
    },
  };
}

/** By the message of a line: what it says in numbers. */
const measures: ReadonlyMap<string, (fields: Fields) => Measured> = new Map([
  ['request', measureCall],
  ['command', measureReport],
  ['task event', measureCall],
  ['reaper', measureReaper],
  ['announcement', () => ({ values: { AnnouncementsLost: 1 } })],
]);

/** The same log; lines about requests, commands, tasks and the reaper also carry the metrics of the deployment. */
export function measuredLog(log: Log, deployment: string): Log {
  const fieldsOf = (msg: string, fields: Fields): Fields => {
    const measure = measures.get(msg);
    return measure ? { ...fields, ...embedded(deployment, measure(fields)) } : fields;
  };
  return {
    info: (msg, fields) => log.info(msg, fieldsOf(msg, fields)),
    error: (msg, fields) => log.error(msg, fieldsOf(msg, fields)),
  };
}
