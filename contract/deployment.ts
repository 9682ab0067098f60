// What is deployed: functions, table, event rules. The stack and the local service both read it, so they can't differ.

import type { Need } from './api/needs.ts';
import type { ApiFunction } from './api/route.ts';
import { poolTakenEvent } from './events.ts';

/** Settings a function reads from its environment; `lambdas/config.ts` parses them. */
export type Setting =
  | 'MATRX_NAME'
  | 'MATRX_TABLE'
  | 'MATRX_CLUSTER'
  | 'MATRX_TEMPLATES'
  | 'MATRX_SUBNETS'
  | 'MATRX_SECURITY_GROUPS'
  | 'MATRX_TASK_ROLE'
  | 'MATRX_QUOTAS'
  | 'MATRX_PLACEMENT'
  | 'MATRX_POOL'
  | 'MATRX_CORS_ORIGINS'
  | 'MATRX_BUCKET'
  | 'MATRX_STORAGE_ROLE'
  | 'MATRX_HOMES'
  | 'MATRX_CLIENT_CHANNELS'
  | 'MATRX_ROOT_COMMANDS'
  | 'MATRX_LOG_GROUP';

/** How a function is made, whatever calls it. */
export interface FunctionSpec {
  /** The source file whose `handler` is the function. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly settings: readonly Setting[];
  /** For event functions; an API function's needs are its routes'. */
  readonly needs?: readonly Need[];
}

const api = { memoryMb: 512, timeoutSeconds: 900 };

export const functions = {
  query: {
    ...api,
    entry: 'lambdas/query.ts',
    settings: [
      'MATRX_NAME',
      'MATRX_TABLE',
      'MATRX_TEMPLATES',
      'MATRX_QUOTAS',
      'MATRX_POOL',
      'MATRX_CORS_ORIGINS',
      'MATRX_LOG_GROUP',
    ],
  },
  lifecycle: {
    ...api,
    entry: 'lambdas/lifecycle.ts',
    settings: [
      'MATRX_NAME',
      'MATRX_TABLE',
      'MATRX_CLUSTER',
      'MATRX_TEMPLATES',
      'MATRX_SUBNETS',
      'MATRX_SECURITY_GROUPS',
      'MATRX_QUOTAS',
      'MATRX_PLACEMENT',
      'MATRX_POOL',
      'MATRX_CORS_ORIGINS',
      'MATRX_BUCKET',
    ],
  },
  commands: {
    ...api,
    entry: 'lambdas/commands.ts',
    settings: [
      'MATRX_NAME',
      'MATRX_TABLE',
      'MATRX_CLUSTER',
      'MATRX_QUOTAS',
      'MATRX_CORS_ORIGINS',
      'MATRX_CLIENT_CHANNELS',
      'MATRX_ROOT_COMMANDS',
      'MATRX_HOMES',
      'MATRX_BUCKET',
    ],
  },
  // A checkpoint's list of 200,000 files is read whole, two of them for a comparison.
  storage: {
    ...api,
    memoryMb: 2_048,
    entry: 'lambdas/storage.ts',
    settings: ['MATRX_NAME', 'MATRX_TABLE', 'MATRX_BUCKET', 'MATRX_CORS_ORIGINS'],
  },
  agent: {
    ...api,
    entry: 'lambdas/agent.ts',
    settings: [
      'MATRX_NAME',
      'MATRX_TABLE',
      'MATRX_TASK_ROLE',
      'MATRX_ROOT_COMMANDS',
      'MATRX_CLIENT_CHANNELS',
      'MATRX_BUCKET',
      'MATRX_STORAGE_ROLE',
      'MATRX_HOMES',
    ],
  },
  'settle-task': {
    entry: 'lambdas/settle-task.ts',
    memoryMb: 256,
    timeoutSeconds: 60,
    settings: ['MATRX_NAME', 'MATRX_TABLE', 'MATRX_CLUSTER'],
    needs: ['records:read', 'records:write', 'tasks:stop', 'events:put'],
  },
  // It ends before the next minute calls it. Only pools are filled between two minutes too, place by place.
  reap: {
    entry: 'lambdas/reap.ts',
    memoryMb: 256,
    timeoutSeconds: 55,
    settings: [
      'MATRX_NAME',
      'MATRX_TABLE',
      'MATRX_CLUSTER',
      'MATRX_TEMPLATES',
      'MATRX_SUBNETS',
      'MATRX_SECURITY_GROUPS',
      'MATRX_PLACEMENT',
      'MATRX_POOL',
    ],
    needs: ['records:read', 'records:write', 'tasks:run', 'tasks:stop', 'tasks:read', 'events:put'],
  },
  // It ends before the next hour calls it.
  'tidy-storage': {
    entry: 'lambdas/tidy-storage.ts',
    memoryMb: 2_048,
    timeoutSeconds: 600,
    settings: ['MATRX_NAME', 'MATRX_TABLE', 'MATRX_BUCKET', 'MATRX_HOMES'],
    needs: ['records:read', 'records:write', 'homes:retain', 'storage:read', 'storage:delete'],
  },
} as const satisfies Record<ApiFunction, FunctionSpec> & Record<string, FunctionSpec>;

export type FunctionName = keyof typeof functions;

/** DynamoDB: one table, on demand. Every key attribute is a string; `ttl` is epoch seconds. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'ttl',
  indexes: [
    { name: 'by-user', partitionKey: 'user_pk', sortKey: 'user_sk' },
    { name: 'by-due', partitionKey: 'due_pk', sortKey: 'due_sk' },
    { name: 'by-status', partitionKey: 'status_pk', sortKey: 'status_sk' },
  ],
} as const;

/** A function, and what calls it: events that a pattern matches, at least once and in any order, or the time. */
export type EventRule = { readonly function: FunctionName } & (
  | { readonly pattern: Readonly<Record<string, readonly string[]>> }
  | { readonly everyMinutes: number }
);

/** S3: one bucket. What lies under a prefix with `days` is removed that long after it was written. */
export const bucket = {
  /** `users/<user>/…`: homes and what belongs to them; only the service removes any of it. */
  users: { prefix: 'users/' },
  /** `transfers/<sandbox>/…`: files on their way into or out of a sandbox. */
  transfers: { prefix: 'transfers/', days: 1 },
  /** `outputs/<user>/<sandbox>/<command>/…`: what commands printed, where that was to be kept; written by agents. */
  outputs: { prefix: 'outputs/', days: 30 },
  /** Uploads in parts that nobody completes. */
  unfinishedUploadDays: 1,
} as const;

/** EventBridge rules, by name. */
export const eventRules = {
  'task-state-change': {
    function: 'settle-task',
    pattern: { source: ['aws.ecs'], 'detail-type': ['ECS Task State Change'] },
  },
  minute: { function: 'reap', everyMinutes: 1 },
  hour: { function: 'tidy-storage', everyMinutes: 60 },
  'pool-taken': {
    function: 'reap',
    pattern: { source: [poolTakenEvent.source], 'detail-type': [poolTakenEvent.detailType] },
  },
} as const satisfies Record<string, EventRule>;

/** The container of a task, as the task definition names it. */
export const container = {
  name: 'sandbox',
  /**
   * The agent shares a small machine with what it runs. What is young dies in one megabyte too; what its optimizing compilers
   * save is less than what they take; and at rest it collects by itself.
   */
  command: [
    '/opt/matrx/bin/node',
    '--max-semi-space-size=1',
    '--no-maglev',
    '--no-turbofan',
    '--expose-gc',
    '/opt/matrx/agent.cjs',
  ],
  /** Of the agent: one heap for all threads, which gives memory back early. */
  environment: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' },
  attach: '/opt/matrx/bin/attach',
  healthCheck: ['/opt/matrx/bin/node', '/opt/matrx/bin/health'],
  stopTimeoutSeconds: 120,
} as const;

/** The log stream of a task, as the awslogs driver names it: prefix, container, task. */
export const logStreamOf = (taskId: string): string => `${container.name}/${container.name}/${taskId}`;

/** How a function becomes one file, for esbuild. */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: true,
  sourcemap: true,
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': './lambdas/aws/environment-credentials.ts' },
  // Bundled CommonJS dependencies call require for Node's own modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
} as const;
