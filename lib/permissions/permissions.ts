import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { needsOf } from '../../contract/needs-of.ts';
import type { Api } from '../api/api.ts';
import type { Events } from '../events.ts';
import { type Functions, functionNames } from '../functions/functions.ts';
import type { AuditLog } from '../monitoring/audit-log.ts';
import type { Network } from '../network.ts';
import { attachGrants, type Grant } from './grant.ts';
import { needGrants, type Resources } from './need-grants.ts';
import { storageRoleGrants } from './storage-grants.ts';

interface PermissionsProps extends Resources {
  readonly api: Api;
  readonly functions: Functions;
  readonly events: Events;
  readonly network: Network;
  readonly auditLog: AuditLog;
}

/** Every right that a role of this stack has. Nothing else grants: constructs get their roles without the power to add to them. */
export class Permissions extends Construct {
  constructor(scope: Construct, id: string, props: PermissionsProps) {
    super(scope, id);
    this.#grantFunctions(props);
    this.#grantTaskRole(props);
    this.#grantExecutionRole(props);
    attachGrants(this, 'StorageRole', props.storageRole.role, storageRoleGrants(props.storage.bucket));
    this.#grantLogs(props);
  }

  /** What a function's routes need, the audit log, and for those that events reach where failures go. */
  #grantFunctions({ functions, events, auditLog, ...resources }: PermissionsProps): void {
    const table = needGrants(resources);
    for (const name of functionNames) {
      const { role } = functions.get(name);
      const needed = [...needsOf(name)].flatMap((need) => table[need]);
      const failures = events.kept.includes(name) ? [sendTo(events.failures.queueArn)] : [];
      attachGrants(this, name, role, [writeLog(auditLog.logGroup), ...needed, ...failures]);
    }
  }

  /** The agent's: the exec channel and its own routes. */
  #grantTaskRole({ api, roles }: PermissionsProps): void {
    attachGrants(this, 'TaskRole', roles.task, [
      {
        actions: [
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        resources: ['*'],
        wildcard:
          'ECS Exec needs these four, and AWS knows no resource for them; the channel key proves who is at the far end',
      },
      {
        actions: ['execute-api:Invoke'],
        resources: api.arnsOf('agent'),
        wildcard: 'the paths have the sandbox’s id, which the function compares with the task that signs',
      },
    ]);
  }

  /** ECS's: pull from the one repository, write the one log. */
  #grantExecutionRole({ compute, roles }: PermissionsProps): void {
    attachGrants(this, 'ExecutionRole', roles.execution, [
      {
        actions: ['ecr:GetAuthorizationToken'],
        resources: ['*'],
        wildcard: 'AWS knows no resource for it: the token is the registry’s, and opens what the role may pull',
      },
      {
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [compute.repository.repositoryArn],
      },
      writeLog(compute.logGroup),
    ]);
  }

  #grantLogs({ network: { flowLogs }, auditLog }: PermissionsProps): void {
    if (flowLogs) attachGrants(this, 'FlowLogs', flowLogs.role, [writeLog(flowLogs.logGroup)]);
    const { actions, resources } = writeLog(auditLog.logGroup);
    const principals = ['events.amazonaws.com', 'delivery.logs.amazonaws.com'].map(
      (name) => new ServicePrincipal(name),
    );
    auditLog.logGroup.addToResourcePolicy(
      new PolicyStatement({ principals, actions: [...actions], resources: [...resources] }),
    );
  }
}

const writeLog = (logGroup: LogGroup): Grant => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [logGroup.logGroupArn],
});

const sendTo = (queueArn: string): Grant => ({ actions: ['sqs:SendMessage'], resources: [queueArn] });
