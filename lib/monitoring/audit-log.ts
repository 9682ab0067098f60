import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ArnFormat } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Compute } from '../compute.ts';
import type { DeployConfig } from '../config/deploy-config.ts';

/** Who did what: a line of the gateway and one of the function for each request, and sessions that others opened. Kept long. */
export class AuditLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: config.auditRetentionDays,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /**
   * Records each ExecuteCommand in the cluster that somebody but this role called: a way into sandboxes past the API. It sees
   * what CloudTrail sees, so the account needs a trail of management events.
   */
  watchSessions({ cluster }: Compute, role: IRole): Rule {
    const issuer = (test: unknown) => ({ userIdentity: { sessionContext: { sessionIssuer: { arn: [test] } } } });
    const rule = new Rule(this, 'ForeignSession', {
      description: 'ExecuteCommand by anybody but the commands function',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['ecs.amazonaws.com'],
          eventName: ['ExecuteCommand'],
          requestParameters: { cluster: [cluster.clusterName, cluster.clusterArn] },
          // A user has no session: without the second test it would pass unseen.
          $or: [issuer({ 'anything-but': [role.roleArn] }), issuer({ exists: false })],
        },
      },
      targets: [{ bind: () => ({ arn: this.#targetArn() }) }],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'the alarm counts what the rule sends on, delivered or not; CloudTrail itself keeps the record',
    });
    return rule;
  }

  /** EventBridge wants the ARN without the `:*` that CloudFormation gives. */
  #targetArn(): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: this.logGroup.logGroupName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
