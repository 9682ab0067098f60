// Metrics are lines of the log in CloudWatch's embedded format: no call, no right, and no time of the caller's.

import { dimensions, type MetricName, metricNamespace, metrics } from '../contract/metrics.ts';
import type { Log } from './core/ports.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Measured {
  readonly values: Partial<Record<MetricName, number>>;
  /** How a command ended, where one did. */
  readonly outcome?: string;
}

const roomless: ReadonlySet<unknown> = new Set(['capacity_unavailable', 'quota_exceeded']);
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A task that runs, that nobody is stopping, and that no record is about: the record is written before a task is asked for. */
const isOrphan = ({ event, outcome, lastStatus, desiredStatus, sandboxId }: Fields): boolean =>
  event === 'task.settle' &&
  outcome === 'ok' &&
  lastStatus === 'RUNNING' &&
  desiredStatus === 'RUNNING' &&
  sandboxId === undefined;

/** What a line about a request or a task says in numbers. */
function measure(fields: Fields): Measured {
  const { event, code, status, readyMs, commandOutcome } = fields;
  const values: Partial<Record<MetricName, number>> = {};
  if (event === 'sandbox.create' && status === 201) values.SandboxesCreated = 1;
  if (event === 'sandbox.create' && roomless.has(code)) values.SandboxesRefused = 1;
  if (isNumber(readyMs)) values.TimeToReady = readyMs;
  if (code === 'channel_lost') values.ChannelsLost = 1;
  if (isNumber(status) && status >= 500) values.Failures = 1;
  if (status === 429) values.Throttled = 1;
  if (isOrphan(fields)) values.OrphanedTasks = 1;
  if (typeof commandOutcome !== 'string') return { values };
  return { values: { ...values, CommandsRun: 1 }, outcome: commandOutcome };
}

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

const measured: ReadonlySet<string> = new Set(['request', 'command', 'task event']);

/** The same log; lines about requests, commands and tasks also carry the metrics of the deployment. */
export function measuredLog(log: Log, deployment: string): Log {
  const fieldsOf = (msg: string, fields: Fields): Fields =>
    measured.has(msg) ? { ...fields, ...embedded(deployment, measure(fields)) } : fields;
  return {
    info: (msg, fields) => log.info(msg, fieldsOf(msg, fields)),
    error: (msg, fields) => log.error(msg, fieldsOf(msg, fields)),
  };
}
