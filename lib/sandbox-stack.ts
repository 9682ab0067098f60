import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { poolUsdPerHour } from '../contract/api/use/pools.ts';
import { Api } from './api/api.ts';
import { Compute } from './compute.ts';
import type { DeployConfig } from './config/deploy-config.ts';
import { contractRules, type EventRules, Events } from './events.ts';
import { type FunctionCode, Functions } from './functions/functions.ts';
import { functionSettings } from './functions/settings.ts';
import { Identity } from './identity.ts';
import { AuditLog } from './monitoring/audit-log.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { Network } from './network.ts';
import { Permissions } from './permissions/permissions.ts';
import { State } from './state.ts';
import { Storage } from './storage.ts';
import { StorageRole } from './storage-role.ts';
import { TaskRoles } from './task-roles.ts';

interface SandboxStackProps extends StackProps {
  readonly config: DeployConfig;
  readonly code: FunctionCode;
  /** @default the contract's */
  readonly eventRules?: EventRules;
}

const hoursOfMonth = 730;

/** The service, whole, but for the images it starts. */
export class SandboxStack extends Stack {
  constructor(scope: Construct, id: string, { config, code, eventRules = contractRules, ...props }: SandboxStackProps) {
    super(scope, id, { ...props, terminationProtection: config.terminationProtection });

    const network = new Network(this, 'Network', config);
    const state = new State(this, 'State', config);
    const storage = new Storage(this, 'Storage', config);
    const identity = new Identity(this, 'Identity', config);
    const auditLog = new AuditLog(this, 'Audit', config);

    const roles = new TaskRoles(this, 'Roles');
    const api = new Api(this, 'Api', {
      config,
      taskRoleArn: roles.task.roleArn,
      userPool: identity.pool,
      auditLog: auditLog.logGroup,
    });
    const compute = new Compute(this, 'Compute', { config, network, roles, apiUrl: api.url });
    const storageRole = new StorageRole(this, 'StorageRole', (): IRole => functions.get('agent').role);
    const functions: Functions = new Functions(this, 'Functions', {
      config,
      code,
      settings: functionSettings({ config, network, state, storage, compute, roles, storageRole }),
      auditLog: auditLog.logGroup,
    });
    api.serve(functions);
    const events = new Events(this, 'Events', { config, functions, compute, eventRules });

    new Permissions(this, 'Permissions', {
      state,
      storage,
      storageRole,
      compute,
      roles,
      api,
      functions,
      events,
      network,
      auditLog,
    });
    new Monitoring(this, 'Monitoring', { config, api, compute, functions, events, eventRules, auditLog });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'UserPoolId', { value: identity.pool.userPoolId });
    new CfnOutput(this, 'ClientId', { value: identity.client.userPoolClientId });
    new CfnOutput(this, 'SignInUrl', { value: identity.domain.baseUrl() });
    if (config.pool.length > 0) {
      const usd = config.pool.reduce((sum, pool) => sum + poolUsdPerHour(pool), 0) * hoursOfMonth;
      new CfnOutput(this, 'PoolUsdPerMonth', { value: usd.toFixed(2), description: 'what machines cost that wait' });
    }
    new CfnOutput(this, 'Bucket', { value: storage.bucket.bucketName });
  }
}
