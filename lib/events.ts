import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type EventPattern, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type EventRule, eventRules, type FunctionName } from '../contract/deployment.ts';
import type { Compute } from './compute.ts';
import type { DeployConfig } from './config/deploy-config.ts';
import { type Functions, functionNames, isEventFunction } from './functions/functions.ts';

/** Rules by their names, which are also construct ids. */
export type EventRules = Readonly<Record<string, EventRule>>;

export const contractRules: EventRules = eventRules;

interface EventsProps {
  readonly config: DeployConfig;
  readonly functions: Functions;
  readonly compute: Compute;
  readonly eventRules: EventRules;
}

// An event older than that says nothing that a newer one doesn't.
const worthTrying = Duration.hours(2);
// The next minute does what this one didn't.
const oneMinute = Duration.minutes(1);

const scheduled = (rules: EventRules): ReadonlySet<FunctionName> =>
  new Set(Object.values(rules).flatMap((rule) => ('everyMinutes' in rule ? [rule.function] : [])));

/** Events and the functions they reach, at least once; what can't be delivered or handled waits in a queue for a person. */
export class Events extends Construct {
  readonly failures: Queue;
  /** The functions whose failures are kept: what a schedule's failed at, its next run does. */
  readonly kept: readonly FunctionName[];
  readonly #rules = new Map<string, Rule>();

  constructor(scope: Construct, id: string, { config, functions, compute, eventRules: rules }: EventsProps) {
    super(scope, id);

    this.failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.failures).acknowledge(
      { id: 'AwsSolutions-SQS3', reason: 'this is the dead-letter queue' },
      { id: 'Serverless-SQSRedrivePolicy', reason: 'this is the dead-letter queue' },
    );

    const byTime = scheduled(rules);
    const own = { clusterArn: [compute.cluster.clusterArn], deployment: [config.name] };
    this.kept = functionNames.filter((name) => isEventFunction(name) && !byTime.has(name));
    const destinationConfig = { onFailure: { destination: this.failures.queueArn } };
    for (const name of functionNames.filter(isEventFunction)) {
      const tries = byTime.has(name)
        ? { maximumRetryAttempts: 0, maximumEventAgeInSeconds: oneMinute.toSeconds() }
        : { maximumRetryAttempts: 2, maximumEventAgeInSeconds: worthTrying.toSeconds(), destinationConfig };
      const invocations = new CfnEventInvokeConfig(this, `${name}-failures`, {
        functionName: functions.get(name).function.functionName,
        qualifier: '$LATEST',
        ...tries,
      });
      if (byTime.has(name))
        Validations.of(invocations).acknowledge({
          id: 'Serverless-LambdaAsyncFailureDestination',
          reason:
            'the next run of the schedule does what this one failed at, and alarms watch its errors and its silence',
        });
    }

    for (const [name, rule] of Object.entries(rules)) {
      const target = new LambdaTarget(functions.get(rule.function).function, {
        deadLetterQueue: this.failures,
        ...(byTime.has(rule.function)
          ? { retryAttempts: 0, maxEventAge: oneMinute }
          : { retryAttempts: 8, maxEventAge: worthTrying }),
      });
      const made = new Rule(this, name, {
        ...('pattern' in rule
          ? { eventPattern: ofDeployment(rule.pattern, own) }
          : { schedule: Schedule.rate(Duration.minutes(rule.everyMinutes)) }),
        targets: [target],
      });
      this.#rules.set(name, made);
    }
  }

  /** A rule, by the name that the contract gives it. */
  rule(name: string): Rule {
    const found = this.#rules.get(name);
    if (!found) throw new Error(`no rule ${name} in this stack, expected one of ${[...this.#rules.keys()].join(', ')}`);
    return found;
  }
}

/** What an event of this deployment says of itself, by whose event it is. */
interface Own {
  readonly clusterArn: readonly string[];
  readonly deployment: readonly string[];
}

/** Other clusters and other deployments of the account have events too. */
function ofDeployment(pattern: Readonly<Record<string, readonly string[]>>, own: Own): EventPattern {
  const { 'detail-type': detailType = [], source = [] } = pattern;
  const detail = source.includes('aws.ecs') ? { clusterArn: own.clusterArn } : { deployment: own.deployment };
  return { source: [...source], detailType: [...detailType], detail };
}
