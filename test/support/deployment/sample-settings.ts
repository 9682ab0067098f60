import { type FunctionName, functions, type Setting } from '../../../contract/deployment.ts';

/** Values as a deployment gives them. */
const settings: Record<Setting, string> = {
  MATRX_NAME: 'matrx-sandbox',
  MATRX_TABLE: 'matrx-sandbox-StateTable-1A2B3C',
  MATRX_CLUSTER: 'arn:aws:ecs:us-east-1:111122223333:cluster/matrx-sandbox',
  MATRX_TEMPLATES: JSON.stringify({
    base: {
      task_definition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/matrx-sandbox-base:1',
      description: 'Debian',
      image_digest: `sha256:${'0'.repeat(64)}`,
    },
  }),
  MATRX_SUBNETS: 'subnet-0a1b,subnet-2c3d',
  MATRX_SECURITY_GROUPS: 'sg-0a1b',
  MATRX_TASK_ROLE: '111122223333/AROATASK',
  MATRX_QUOTAS: '{"live_sandboxes_per_user":20,"max_ttl_seconds":86400}',
  MATRX_PLACEMENT: '{"public_addresses":true,"capacity":["on-demand"]}',
  MATRX_POOL: '[{"template":"base","size":"s","count":2,"max_age_minutes":360}]',
  MATRX_CORS_ORIGINS: '',
  MATRX_BUCKET: 'matrx-sandbox-bucket-1a2b3c',
  MATRX_STORAGE_ROLE: 'arn:aws:iam::123456789012:role/matrx-sandbox-StorageRole-1A2B3C',
  MATRX_HOMES: '{"save_seconds":300,"keep":{"newest":20,"days":30}}',
  MATRX_CLIENT_CHANNELS: 'off',
  MATRX_ROOT_COMMANDS: 'off',
  MATRX_LOG_GROUP: 'matrx-sandbox-ComputeLog-1A2B3C',
};

/** The whole environment of a deployed function: its own settings, and what Lambda gives every function. */
export const sampleSettings = (name: FunctionName): Record<string, string> => ({
  ...Object.fromEntries(functions[name].settings.map((setting) => [setting, settings[setting]])),
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_SESSION_TOKEN: 'example',
});
