import process from 'node:process';
import type { Credentials } from '../aws/keys.ts';

export interface FunctionIdentity {
  readonly name: string;
  readonly region: string;
  readonly memoryMb: number;
  /** The folder of the bundle. */
  readonly taskRoot: string;
  /** `<file>.<export>`, as `commands.mjs.handler`. */
  readonly handler: string;
  readonly credentials: Credentials;
  /** What the deployment sets. */
  readonly settings: Readonly<Record<string, string>>;
}

/** All that a function finds in its environment: what Lambda gives, its role's credentials, its settings. */
export const environmentVariables = (identity: FunctionIdentity): Record<string, string> => ({
  ...identity.settings,
  _HANDLER: identity.handler,
  LAMBDA_TASK_ROOT: identity.taskRoot,
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  AWS_REGION: identity.region,
  AWS_DEFAULT_REGION: identity.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
  AWS_LAMBDA_FUNCTION_NAME: identity.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(identity.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${identity.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_ACCESS_KEY_ID: identity.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: identity.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: identity.credentials.sessionToken ?? '',
});
