import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { dimensions, type MetricName, metricNamespace, metrics } from '../../contract/metrics.ts';
import type { DeployConfig } from '../config/deploy-config.ts';

/** One of our own metrics. `outcome`: of commands that ended that way. */
export function ownMetric(
  { name: deployment }: DeployConfig,
  metricName: MetricName,
  { statistic = Stats.SUM, outcome, label }: { statistic?: string; outcome?: string; label?: string } = {},
): Metric {
  const { unit, says } = metrics[metricName];
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: {
      [dimensions.deployment]: deployment,
      ...(outcome === undefined ? {} : { [dimensions.outcome]: outcome }),
    },
    unit: unit === 'Count' ? Unit.COUNT : Unit.MILLISECONDS,
    period: Duration.minutes(5),
    statistic,
    label: label ?? outcome ?? says,
  });
}
