import { expect, test } from 'vitest';
import type { Need } from '../../contract/api/needs.ts';
import { type FunctionName, functions } from '../../contract/deployment.ts';
import { needsOf } from '../../contract/needs-of.ts';
import { type Resource, synth } from '../support/deployment/synth.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const stack = synth({ settings: { flowLogs: true } });
const names = Object.keys(functions) as FunctionName[];

/** An ARN as text, with `<>` around what is known only at deployment. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string') return `<${ref.replace(/^AWS::/, '')}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  return (join as [string, unknown[]])[1].map(text).join('');
}

const policiesOf = (roleId: string): Resource[] =>
  stack
    .all('AWS::IAM::Policy')
    .map(([, resource]) => resource)
    .filter(({ Properties }) => (Properties['Roles'] as { Ref: string }[]).some(({ Ref }) => Ref === roleId));

/** Every right of a role, as `action resource`, with the keys of its conditions. */
function rightsOf(roleId: string): Map<string, string[]> {
  const rights = new Map<string, string[]>();
  for (const { Properties } of policiesOf(roleId)) {
    const { Statement } = Properties['PolicyDocument'] as { Statement: Statement[] };
    for (const { Effect, Action, Resource, Condition = {} } of Statement) {
      expect(Effect).toBe('Allow');
      const keys = Object.values(Condition).flatMap((test) => Object.keys(test));
      for (const action of list(Action)) {
        for (const resource of list(Resource)) rights.set(`${action} ${text(resource)}`, keys);
      }
    }
  }
  return rights;
}

const roleOfFunction = (name: FunctionName): string => {
  const found = stack
    .all('AWS::Lambda::Function')
    .find(([, { Properties }]) => Properties['Description'] === `matrx-sandbox: ${name}`);
  if (found === undefined) throw new Error(`no function ${name} in the template`);
  return (found[1].Properties['Role'] as { 'Fn::GetAtt': [string] })['Fn::GetAtt'][0];
};

const [table] = stack.all('AWS::DynamoDB::Table').map(([id]) => `<${id}.Arn>`);
const [bucket] = stack.all('AWS::S3::Bucket').map(([id]) => `<${id}.Arn>`);
const [cluster] = stack.all('AWS::ECS::Cluster').map(([id]) => id);
const ecs = 'arn:<Partition>:ecs:<Region>:<AccountId>';
const tasks = `${ecs}:task/<${cluster}>/*`;
const sessions = 'arn:<Partition>:ssm:<Region>:<AccountId>:session/ecs-execute-command-*';
const sandboxLog = stack
  .all('AWS::Logs::LogGroup')
  .map(([id]) => `<${id}.Arn>`)
  .find((arn) => arn.startsWith('<ComputeLog'));
const [taskRole, executionRole, storageRole] = ['RolesTask', 'RolesExecution', 'StorageRole'].map(
  (prefix) => stack.all('AWS::IAM::Role').find(([id]) => id.startsWith(prefix))?.[0] ?? '',
);

/** What each need is, said once more and by hand: the table under test is not asked. */
const expected: Record<Need, readonly string[]> = {
  'records:read': [
    `dynamodb:GetItem ${table}`,
    `dynamodb:Query ${table}`,
    `dynamodb:Query ${table}/index/by-user`,
    `dynamodb:Query ${table}/index/by-due`,
    `dynamodb:Query ${table}/index/by-status`,
  ],
  'records:write': ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map(
    (name) => `dynamodb:${name} ${table}`,
  ),
  'tasks:run': [
    `ecs:RunTask ${ecs}:task-definition/matrx-sandbox-base:*`,
    `ecs:RunTask ${ecs}:task-definition/matrx-sandbox-minimal:*`,
    `iam:PassRole <${taskRole}.Arn>`,
    `iam:PassRole <${executionRole}.Arn>`,
  ],
  'tasks:stop': [`ecs:StopTask ${tasks}`],
  'tasks:read': [`ecs:DescribeTasks ${tasks}`, 'ecs:ListTasks *'],
  'events:put': ['events:PutEvents arn:<Partition>:events:<Region>:<AccountId>:event-bus/default'],
  'channels:open': [`ecs:ExecuteCommand <${cluster}.Arn>`, `ecs:ExecuteCommand ${tasks}`],
  'channels:resume': [`ssm:ResumeSession ${sessions}`],
  'channels:close': [`ssm:TerminateSession ${sessions}`],
  'logs:read': [`logs:GetLogEvents ${sandboxLog}`],
  'homes:find': [`s3:GetObject ${bucket}/users/*/home/head.json`, `s3:ListBucket ${bucket}`],
  'homes:retain': [`s3:PutObject ${bucket}/users/*/home/head.json`],
  'storage:read': [`s3:GetObject ${bucket}/users/*`, `s3:GetObject ${bucket}/transfers/*`, `s3:ListBucket ${bucket}`],
  'outputs:read': [`s3:GetObject ${bucket}/outputs/*`, `s3:ListBucket ${bucket}`],
  'outputs:delete': [`s3:DeleteObject ${bucket}/outputs/*`],
  'storage:delete': [`s3:DeleteObject ${bucket}/users/*`, `s3:DeleteObject ${bucket}/transfers/*`],
  'storage:transfer': [
    'GetObject',
    'DeleteObject',
    'PutObject',
    'AbortMultipartUpload',
    'ListMultipartUploadParts',
  ].map((name) => `s3:${name} ${bucket}/transfers/*`),
  'storage:delegate': [`sts:AssumeRole <${storageRole}.Arn>`, `sts:TagSession <${storageRole}.Arn>`],
};

/** What a function has beside its needs: its log, and for those that events reach where failures go. */
const isOfEveryFunction = (right: string): boolean =>
  /^(logs:(CreateLogStream|PutLogEvents)|sqs:SendMessage) </.test(right);

test.each(names)('C4: the function %s may do what its routes need, and nothing else', (name) => {
  const rights = [...rightsOf(roleOfFunction(name)).keys()].filter((right) => !isOfEveryFunction(right));
  // Two needs may name one right, each under a condition of its own.
  const wanted = new Set([...needsOf(name)].flatMap((need) => expected[need]));
  expect(rights.sort()).toEqual([...wanted].sort());
});

test.each(names)('the function %s writes to one log', (name) => {
  const logs = [...rightsOf(roleOfFunction(name)).keys()].filter((right) => /^logs:(Create|Put)/.test(right));
  expect(new Set(logs.map((right) => right.split(' ')[1])).size).toBe(1);
});

test('rights over tasks and roles hold for this cluster and for ECS only', () => {
  for (const name of names) {
    for (const [right, conditions] of rightsOf(roleOfFunction(name))) {
      if (/^ecs:(RunTask|StopTask|DescribeTasks|ListTasks)/.test(right)) expect(conditions).toEqual(['ecs:cluster']);
      if (right.startsWith('ecs:ExecuteCommand')) expect(conditions).toEqual(['ecs:container-name']);
      if (right.startsWith('iam:PassRole')) expect(conditions).toEqual(['iam:PassedToService']);
    }
  }
});

test('C4: pulling images is allowed from one repository', () => {
  const repository = 'arn:<Partition>:ecr:<Region>:<AccountId>:repository/matrx-sandbox';
  const rights = [...rightsOf(executionRole ?? '').keys()].filter((right) => !isOfEveryFunction(right)).sort();
  expect(rights).toEqual([
    `ecr:BatchCheckLayerAvailability ${repository}`,
    `ecr:BatchGetImage ${repository}`,
    'ecr:GetAuthorizationToken *',
    `ecr:GetDownloadUrlForLayer ${repository}`,
  ]);
});

test('code in a sandbox that becomes root has the exec channel and the agent’s routes', () => {
  const rights = [...rightsOf(taskRole ?? '').keys()].sort();
  const [invoke, ...channel] = rights;
  expect(invoke).toMatch(
    /^execute-api:Invoke arn:<Partition>:execute-api:<Region>:<AccountId>:<\w+>\/api\/POST\/agent\/v1\/\*$/,
  );
  expect(channel).toEqual(
    ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
      (name) => `ssmmessages:${name} *`,
    ),
  );
});

test('tasks’ roles can be assumed by ECS for this account only', () => {
  for (const id of [taskRole, executionRole]) {
    const document = stack.resources[id ?? '']?.Properties['AssumeRolePolicyDocument'];
    expect(document).toHaveProperty('Statement', [
      expect.objectContaining({
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': expect.anything() },
        },
      }),
    ]);
  }
});

test('C4: nothing is allowed on * but what AWS can’t scope', () => {
  const everywhere = stack
    .all('AWS::IAM::Role')
    .flatMap(([id]) => [...rightsOf(id).keys()])
    .filter((right) => right.endsWith(' *'));
  expect([...new Set(everywhere)].sort()).toEqual([
    'ecr:GetAuthorizationToken *',
    'ecs:ListTasks *',
    'ssmmessages:CreateControlChannel *',
    'ssmmessages:CreateDataChannel *',
    'ssmmessages:OpenControlChannel *',
    'ssmmessages:OpenDataChannel *',
  ]);
});

test('every role has its rights from permissions/ alone, but for API Gateway’s own', () => {
  const roles = stack.all('AWS::IAM::Role');
  const managed = roles.filter(([, { Properties }]) => Properties['ManagedPolicyArns'] !== undefined).map(([id]) => id);
  expect(managed).toEqual([expect.stringMatching(/^ApiRestCloudWatchRole/)]);
  expect(roles.filter(([, { Properties }]) => Properties['Policies'] !== undefined)).toEqual([]);
  for (const [id] of stack.all('AWS::IAM::Policy')) expect(id).toMatch(/^Permissions/);
});
