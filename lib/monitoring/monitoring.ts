import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Api } from '../api/api.ts';
import type { Compute } from '../compute.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import type { EventRules, Events } from '../events.ts';
import type { Functions } from '../functions/functions.ts';
import { type AlarmRow, alarmRows } from './alarms.ts';
import type { AuditLog } from './audit-log.ts';
import { addDashboard } from './dashboard.ts';

interface MonitoringProps {
  readonly config: DeployConfig;
  readonly api: Api;
  readonly compute: Compute;
  readonly functions: Functions;
  readonly events: Events;
  readonly eventRules: EventRules;
  readonly auditLog: AuditLog;
}

const comparisons = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  'less than': ComparisonOperator.LESS_THAN_THRESHOLD,
} as const satisfies Record<AlarmRow['when'], ComparisonOperator>;

/** A dashboard to look at, and alarms that say when to. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, { auditLog, ...watched }: MonitoringProps) {
    super(scope, id);
    const { config, compute, functions } = watched;

    const foreignSessions = auditLog.watchSessions(compute, functions.get('commands').role);
    const topic = config.alarmTopicArn && Topic.fromTopicArn(this, 'Topic', config.alarmTopicArn);
    for (const row of alarmRows({ ...watched, foreignSessions })) {
      const alarm = new Alarm(this, row.id, {
        alarmName: `${config.name}-${row.id}`,
        alarmDescription: `${row.says}: docs/operations.md#${row.page}`,
        metric: row.metric,
        threshold: row.threshold,
        comparisonOperator: comparisons[row.when],
        evaluationPeriods: row.periods,
        treatMissingData: row.missing,
      });
      if (topic) alarm.addAlarmAction(new SnsAction(topic));
    }
    addDashboard(this, watched);
  }
}
