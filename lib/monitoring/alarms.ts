import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { EventRule } from '../../contract/deployment.ts';
import type { Api } from '../api/api.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import type { EventRules, Events } from '../events.ts';
import { type Functions, functionNames } from '../functions/functions.ts';
import { ownMetric } from './metric.ts';

/** One alarm, and where docs/operations.md says what to do about it. */
export interface AlarmRow {
  readonly id: string;
  readonly says: string;
  readonly metric: IMetric;
  /** From this value on, or below it, as `when` says. */
  readonly threshold: number;
  readonly when: 'at least' | 'less than';
  readonly periods: number;
  readonly missing: TreatMissingData;
  /** A heading of docs/operations.md, as a link names it. */
  readonly page: string;
}

interface Watched {
  readonly config: DeployConfig;
  readonly api: Api;
  readonly functions: Functions;
  readonly events: Events;
  /** Counts sessions that somebody else opened. */
  readonly foreignSessions: Rule;
  readonly eventRules: EventRules;
}

const quiet = { when: 'at least', periods: 1, missing: TreatMissingData.NOT_BREACHING } as const;
const window = { period: Duration.minutes(5), statistic: Stats.SUM };

/** Every alarm of the service: what a person has to look at, and nothing else. */
export function alarmRows(watched: Watched): AlarmRow[] {
  const { config, api, functions, events, foreignSessions, eventRules } = watched;
  return [
    {
      ...quiet,
      id: 'ApiFailures',
      says: 'callers get 5xx',
      metric: api.restApi.metricServerError(window),
      threshold: 5,
      page: 'callers-get-5xx',
    },
    ...functionNames.map((name) => ({
      ...quiet,
      id: `${name}-errors`,
      says: `the function ${name} fails`,
      metric: functions.get(name).function.metricErrors(window),
      threshold: 1,
      page: 'a-function-fails',
    })),
    {
      ...quiet,
      id: 'DeadLetters',
      says: 'an event could not be handled',
      metric: events.failures.metricApproximateNumberOfMessagesVisible({
        period: window.period,
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      page: 'an-event-could-not-be-handled',
    },
    {
      ...quiet,
      id: 'OrphanedTasks',
      says: 'a task runs without a record',
      metric: ownMetric(config, 'OrphanedTasks', { statistic: Stats.MAXIMUM }),
      threshold: 1,
      page: 'a-task-runs-without-a-record',
    },
    {
      ...quiet,
      id: 'ExpiredStillRunning',
      says: 'a machine runs four minutes after its deadline',
      metric: ownMetric(config, 'ExpiredStillRunning', { statistic: Stats.MAXIMUM }),
      threshold: 1,
      page: 'a-machine-outlives-its-deadline',
    },
    {
      id: 'ReaperUnfinished',
      says: 'no run of the reaper has come to its end',
      metric: ownMetric(config, 'ReaperRuns'),
      threshold: 1,
      when: 'less than',
      periods: 1,
      missing: TreatMissingData.BREACHING,
      page: 'the-reaper-does-not-finish',
    },
    {
      ...quiet,
      id: 'ForeignSession',
      says: 'somebody opened a session into a sandbox past the API',
      metric: callsOf(foreignSessions, window.period),
      threshold: 1,
      page: 'somebody-opened-a-session-past-the-api',
    },
    ...Object.entries(eventRules).flatMap(([name, rule]) => ('pattern' in rule ? [] : [silence(name, rule, events)])),
  ];
}

/** For a schedule, whatever else calls its function: it is silent when it should have called three times. */
function silence(name: string, rule: Extract<EventRule, { everyMinutes: number }>, events: Events): AlarmRow {
  return {
    id: `${name}-silent`,
    says: `the schedule ${name} calls nobody`,
    metric: callsOf(events.rule(name), Duration.minutes(rule.everyMinutes)),
    threshold: 1,
    when: 'less than',
    periods: 3,
    missing: TreatMissingData.BREACHING,
    page: 'a-schedule-is-silent',
  };
}

/** How often a rule called its target. */
const callsOf = ({ ruleName: RuleName }: Rule, period: Duration): Metric =>
  new Metric({
    namespace: 'AWS/Events',
    metricName: 'Invocations',
    dimensionsMap: { RuleName },
    period,
    statistic: Stats.SUM,
  });
