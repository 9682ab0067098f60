import { Stack } from 'aws-cdk-lib';
import type { Need } from '../../contract/api/needs.ts';
import { container } from '../../contract/deployment.ts';
import { transitionEvent } from '../../contract/events.ts';
import type { Compute } from '../compute.ts';
import type { State } from '../state.ts';
import type { Storage } from '../storage.ts';
import type { StorageRole } from '../storage-role.ts';
import type { TaskRoles } from '../task-roles.ts';
import type { Grant } from './grant.ts';
import { storageNeedGrants } from './storage-grants.ts';

/** What the needs of functions are about. */
export interface Resources {
  readonly state: State;
  readonly storage: Storage;
  readonly storageRole: StorageRole;
  readonly compute: Compute;
  readonly roles: TaskRoles;
}

/** The one table that turns a need into rights. Resources are exact; where they can't be, `wildcard` says why. */
export function needGrants({ state, storage, storageRole, compute, roles }: Resources): Record<Need, readonly Grant[]> {
  const stack = Stack.of(compute);
  const { clusterArn, clusterName } = compute.cluster;
  const inCluster = { ArnEquals: { 'ecs:cluster': clusterArn } };
  const tasks = stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${clusterName}/*` });
  const anyTask = 'tasks come and go; each is of the one cluster, which the condition names';
  const sessions = stack.formatArn({ service: 'ssm', resource: 'session', resourceName: 'ecs-execute-command-*' });
  const anySession =
    'the ids of sessions are made when they begin; the prefix is that of ECS Exec, no person’s own session has it';
  const { tableArn } = state.table;
  const ofStorage = storageNeedGrants({ bucket: storage.bucket, role: storageRole.role });
  return {
    'records:read': [
      { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [tableArn] },
      { actions: ['dynamodb:Query'], resources: state.indexArns },
    ],
    'records:write': [
      {
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
        resources: [tableArn],
      },
    ],
    'tasks:run': [
      {
        actions: ['ecs:RunTask'],
        resources: [...compute.templates.values()].map(({ definition }) =>
          stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName: `${definition.family}:*` }),
        ),
        conditions: inCluster,
        wildcard: 'a deployment makes a new revision while environments of the one before still run the old one',
      },
      {
        actions: ['iam:PassRole'],
        resources: [roles.task.roleArn, roles.execution.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
    ],
    'tasks:stop': [{ actions: ['ecs:StopTask'], resources: [tasks], conditions: inCluster, wildcard: anyTask }],
    'tasks:read': [
      { actions: ['ecs:DescribeTasks'], resources: [tasks], conditions: inCluster, wildcard: anyTask },
      {
        actions: ['ecs:ListTasks'],
        resources: ['*'],
        conditions: inCluster,
        wildcard: 'AWS knows no resource for ListTasks on Fargate; the condition names the one cluster',
      },
    ],
    'events:put': [
      {
        actions: ['events:PutEvents'],
        resources: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
        conditions: { StringEquals: { 'events:source': transitionEvent.source } },
      },
    ],
    'channels:open': [
      {
        actions: ['ecs:ExecuteCommand'],
        resources: [clusterArn, tasks],
        conditions: { StringEquals: { 'ecs:container-name': container.name } },
        wildcard: anyTask,
      },
    ],
    'channels:resume': [{ actions: ['ssm:ResumeSession'], resources: [sessions], wildcard: anySession }],
    'channels:close': [{ actions: ['ssm:TerminateSession'], resources: [sessions], wildcard: anySession }],
    'logs:read': [{ actions: ['logs:GetLogEvents'], resources: [compute.logGroup.logGroupArn] }],
    'homes:find': ofStorage['homes:find'],
    'homes:retain': ofStorage['homes:retain'],
    'storage:read': ofStorage['storage:read'],
    'outputs:read': ofStorage['outputs:read'],
    'outputs:delete': ofStorage['outputs:delete'],
    'storage:delete': ofStorage['storage:delete'],
    'storage:transfer': ofStorage['storage:transfer'],
    'storage:delegate': ofStorage['storage:delegate'],
  };
}
