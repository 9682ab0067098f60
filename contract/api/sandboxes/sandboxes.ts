import * as z from 'zod';
import { Command, commandSource } from '../commands/command-input.ts';
import { userDoors } from '../doors.ts';
import { CheckpointId, IdempotencyKey, SandboxId, TemplateName, UserId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { queryFlag } from '../query-flag.ts';
import { queryInteger } from '../query-integer.ts';
import type { RouteTable } from '../route.ts';
import { Environment } from './environment.ts';
import { GitSource } from './git-source.ts';
import { LabelKey, Labels, Sandbox, Status } from './sandbox-record.ts';
import { sizeNames } from './sizes.ts';

const Ttl = z.number().int().min(limits.ttlSeconds.min).max(limits.ttlSeconds.max);
const IdleTimeout = z.union([
  z.literal(0),
  z.number().int().min(limits.idleTimeoutSeconds.min).max(limits.idleTimeoutSeconds.max),
]);

/** Runs once, as the sandbox's user, before the sandbox is ready; a failure fails the sandbox. */
const OnReady = z
  .strictObject({ ...Command, timeout_seconds: z.number().int().min(1).max(600).default(120) })
  .refine(...commandSource);

/** What of its user's storage a sandbox has. */
const StorageChoice = z.strictObject({
  hot: z.boolean().default(true).describe('the home is restored at the start and saved while it changes'),
  cold: z.boolean().default(false).describe('cold files are to be had inside, by matrx-cold'),
});

/** Where a home begins: a checkpoint, or what a sandbox saved last. Both are the same user's. */
const HomeOrigin = z
  .strictObject({ checkpoint_id: CheckpointId.optional(), sandbox_id: SandboxId.optional() })
  .refine(
    ({ checkpoint_id, sandbox_id }) => (checkpoint_id === undefined) !== (sandbox_id === undefined),
    'expected exactly one of checkpoint_id and sandbox_id',
  );

export const CreateSandbox = z
  .strictObject({
    user_id: UserId.optional().describe('whose sandbox; a service names it, a person may leave it out'),
    template: TemplateName.default('base'),
    size: z.enum(sizeNames).optional(),
    cpu: z.number().optional().describe('vCPU, with memory_mb, in the place of size'),
    memory_mb: z.number().int().optional(),
    disk_gb: z.number().int().min(limits.diskGb.min).max(limits.diskGb.max).default(limits.diskGb.default),
    ttl_seconds: Ttl.default(limits.ttlSeconds.default),
    idle_timeout_seconds: IdleTimeout.default(0).describe('0 = off'),
    env: Environment.default({}),
    labels: Labels.default({}),
    storage: StorageChoice.prefault({}),
    from: HomeOrigin.optional().describe('by default the home as it was saved last'),
    git: GitSource.optional().describe('cloned before on_ready; if that fails, so does the sandbox'),
    on_ready: OnReady.optional(),
  })
  .refine(({ from, storage }) => from === undefined || storage.hot, {
    message: 'expected storage.hot: without it no home is restored',
    path: ['from'],
  })
  .meta({ id: 'CreateSandbox' });

export const PatchSandbox = z
  .strictObject({
    ttl_seconds: Ttl.optional().describe('from now'),
    idle_timeout_seconds: IdleTimeout.optional(),
    labels: Labels.optional().describe('in the place of the present ones'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'expected at least one field to change')
  .meta({ id: 'PatchSandbox' });

const one = z.strictObject({ sandbox_id: SandboxId });

export const sandboxRoutes = {
  createSandbox: {
    method: 'POST',
    path: '/sandboxes',
    summary: 'Create a sandbox',
    doors: userDoors,
    scope: 'matrx/sandbox.write',
    function: 'lifecycle',
    // A task whose sandbox was deleted while it was launched is stopped by whoever launched it.
    needs: ['records:read', 'records:write', 'tasks:run', 'tasks:stop', 'events:put', 'homes:find'],
    headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }),
    query: z.strictObject({
      wait: queryFlag.default(false).describe('answer when it is ready or has ended, at most 280 s'),
    }),
    body: CreateSandbox,
    answers: { 201: Sandbox },
    errors: [
      'not_found',
      'idempotency_conflict',
      'conflict',
      'quota_exceeded',
      'closed',
      'capacity_unavailable',
      'storage_unavailable',
    ],
    repeatable: 'with_idempotency_key',
  },
  listSandboxes: {
    method: 'GET',
    path: '/sandboxes',
    summary: 'List sandboxes, newest first',
    doors: userDoors,
    scope: 'matrx/sandbox.read',
    function: 'query',
    needs: ['records:read'],
    query: z.strictObject({
      user_id: UserId.optional(),
      status: Status.optional(),
      label: z.record(LabelKey, z.string()).optional().describe('as label.<key>=<value>, each must match'),
      limit: queryInteger(limits.pageSize.min, limits.pageSize.max).default(limits.pageSize.default),
      cursor: z.string().max(2_048).optional(),
    }),
    answers: { 200: z.object({ sandboxes: z.array(Sandbox), next_cursor: z.string().nullable() }) },
    errors: [],
    repeatable: 'always',
  },
  getSandbox: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}',
    summary: 'Read one sandbox',
    doors: userDoors,
    scope: 'matrx/sandbox.read',
    function: 'query',
    needs: ['records:read'],
    params: one,
    answers: { 200: Sandbox },
    errors: ['not_found'],
    repeatable: 'always',
  },
  patchSandbox: {
    method: 'PATCH',
    path: '/sandboxes/{sandbox_id}',
    summary: 'Change the time to live, the idle time-out or the labels',
    doors: userDoors,
    scope: 'matrx/sandbox.write',
    function: 'lifecycle',
    needs: ['records:read', 'records:write'],
    params: one,
    body: PatchSandbox,
    answers: { 200: Sandbox },
    errors: ['not_found', 'sandbox_ended', 'conflict'],
    repeatable: 'always',
  },
  deleteSandbox: {
    method: 'DELETE',
    path: '/sandboxes/{sandbox_id}',
    summary: 'End a sandbox; harmless to repeat',
    doors: userDoors,
    scope: 'matrx/sandbox.write',
    function: 'lifecycle',
    needs: ['records:read', 'records:write', 'tasks:stop', 'events:put'],
    params: one,
    query: z.strictObject({
      graceful: queryFlag.default(true).describe('let commands end by SIGTERM first; false ends them at once'),
    }),
    answers: { 200: Sandbox, 202: Sandbox },
    errors: ['not_found', 'conflict'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
