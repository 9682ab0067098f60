import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Metric, PeriodOverride, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { outcomes } from '../../contract/api/commands/command-result.ts';
import type { MetricName } from '../../contract/metrics.ts';
import type { Api } from '../api/api.ts';
import type { Compute } from '../compute.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import { type Functions, functionNames } from '../functions/functions.ts';
import { ownMetric } from './metric.ts';

interface Shown {
  readonly config: DeployConfig;
  readonly api: Api;
  readonly compute: Compute;
  readonly functions: Functions;
}

const period = Duration.minutes(5);

/** What an operator wants to see at one glance: a row for sandboxes, one for commands, one for the service itself. */
export function addDashboard(scope: Construct, { config, api, compute, functions }: Shown): Dashboard {
  const own = (name: MetricName, options?: Parameters<typeof ownMetric>[2]): IMetric =>
    ownMetric(config, name, options);
  const ofEach = (metric: 'metricErrors' | 'metricThrottles' | 'metricInvocations'): IMetric[] =>
    functionNames.map((name) => functions.get(name).function[metric]({ period, label: name }));
  const running = new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'TaskCount',
    dimensionsMap: { ClusterName: compute.cluster.clusterName },
    statistic: Stats.MAXIMUM,
    period,
    label: 'running tasks (Container Insights)',
  });

  return new Dashboard(scope, 'Dashboard', {
    dashboardName: config.name,
    periodOverride: PeriodOverride.AUTO,
    widgets: [
      [
        graph('Sandboxes created', [
          own('SandboxesCreated'),
          own('SandboxesRefused'),
          own('PoolHits'),
          own('PoolMisses'),
        ]),
        graph('Time to ready, ms', [
          own('TimeToReady', { statistic: 'p50', label: 'p50' }),
          own('TimeToReady', { statistic: 'p95', label: 'p95' }),
        ]),
        graph('Active', [
          own('SandboxesRunning', { statistic: Stats.MAXIMUM }),
          own('PoolIdle', { statistic: Stats.MAXIMUM }),
          running,
          own('OrphanedTasks', { statistic: Stats.MAXIMUM }),
          own('ExpiredStillRunning', { statistic: Stats.MAXIMUM }),
        ]),
      ],
      [
        graph(
          'Commands by outcome',
          outcomes.map((outcome) => own('CommandsRun', { outcome })),
        ),
        graph('Trouble', [own('Failures'), own('ChannelsLost'), own('Throttled')]),
        graph('Requests', [
          api.restApi.metricCount({ period }),
          api.restApi.metricClientError({ period }),
          api.restApi.metricServerError({ period }),
        ]),
      ],
      [
        graph('Every minute', [own('ReaperRuns'), own('AnnouncementsLost')]),
        graph('Function errors', ofEach('metricErrors')),
        graph('Function throttles', ofEach('metricThrottles')),
        graph('Function calls', ofEach('metricInvocations')),
      ],
    ],
  });
}

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 8 });
