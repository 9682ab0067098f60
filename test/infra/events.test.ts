import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { contractRules } from '../../lib/events.ts';
import { synth } from '../support/deployment/synth.ts';

const stack = synth();

test('each rule of the contract calls its function, for this deployment alone, and what fails is kept', () => {
  const [cluster] = stack.all('AWS::ECS::Cluster');
  const rules = stack.all('AWS::Events::Rule').filter(([id]) => id.startsWith('Events'));
  expect(rules).toHaveLength(Object.keys(contractRules).length);
  for (const [, { Properties }] of rules) {
    const [target] = Properties['Targets'] as { DeadLetterConfig: unknown; RetryPolicy: unknown }[];
    const { source, detail } = (Properties['EventPattern'] ?? {}) as { source?: string[]; detail?: object };
    expect(target).toMatchObject({
      DeadLetterConfig: { Arn: expect.anything() },
      // What the minute does anyway is not tried again.
      RetryPolicy: { MaximumRetryAttempts: source?.includes('aws.ecs') ? 8 : 0 },
    });
    if (source === undefined) expect(Properties['ScheduleExpression']).toMatch(/^rate\(1 (minute|hour)\)$/);
    else if (source.includes('aws.ecs'))
      expect(detail).toEqual({ clusterArn: [{ 'Fn::GetAtt': [cluster?.[0], 'Arn'] }] });
    else expect(detail).toEqual({ deployment: ['matrx-sandbox'] });
  }
});

test('what an event function fails at goes to the queue that an alarm watches', () => {
  const [queue] = stack.all('AWS::SQS::Queue');
  stack.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queue?.[0], 'Arn'] } } },
  });
  stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ApproximateNumberOfMessagesVisible' });
});

test('a schedule becomes a rule, and its silence an alarm', () => {
  const { template } = synth({ eventRules: { sweep: { function: 'settle-task', everyMinutes: 1 } } });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'matrx-sandbox-sweep-silent',
    // Of the rule: something else may call its function.
    Namespace: 'AWS/Events',
    MetricName: 'Invocations',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
  });
});

test('a function that a schedule calls ends before it is called again, and is not tried again meanwhile', () => {
  const name = 'matrx-sandbox: reap';
  stack.template.hasResourceProperties('AWS::Lambda::Function', { Description: name, Timeout: 55 });
  const [[id] = []] = stack
    .all('AWS::Lambda::Function')
    .filter(([, { Properties }]) => Properties['Description'] === name);
  stack.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: id },
    MaximumRetryAttempts: 0,
    DestinationConfig: Match.absent(),
  });
});

test('the reaper is watched by what it says at the end of a run', () => {
  stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'matrx-sandbox-ReaperUnfinished',
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('a function’s concurrency can be reserved', () => {
  const { template } = synth({ settings: { reservedConcurrency: { commands: 50 } } });
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: 50 }, 1);
});
