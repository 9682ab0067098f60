import * as z from 'zod';
import { userDoors } from '../doors.ts';
import { Timestamp, UserId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import type { RouteTable } from '../route.ts';
import { PoolInfo } from './pools.ts';
import { QuotaOverride, UserQuota } from './quota.ts';

const Reason = z.string().min(1).max(limits.reasonLength).describe('in words, for those who are refused');

/** The switches of the deployment, and what it costs at present. */
export const DeploymentState = z
  .object({
    accepting: z.boolean().describe('whether sandboxes can be created'),
    reason: z.string().nullable().describe('why not'),
    daily_spend_cap_usd: z
      .number()
      .nullable()
      .describe('nothing is created once a day has cost so much; null = no cap'),
    changed_at: Timestamp.nullable(),
    changed_by: z.string().nullable(),
    spent_today_usd: z.number().describe('since midnight UTC: machines that ended and those that run, at list prices'),
    running_sandboxes: z.number().int().describe('that have a machine'),
    usd_per_hour: z.number().describe('what they cost together'),
  })
  .meta({ id: 'DeploymentState' });

const Pools = z.object({
  pools: z.array(
    PoolInfo.extend({
      idle: z.number().int().describe('that wait now'),
      starting: z.number().int().describe('that are on their way'),
    }),
  ),
});

const PatchDeployment = z
  .strictObject({
    accepting: z.boolean().optional(),
    reason: Reason.optional(),
    daily_spend_cap_usd: z.number().min(0).max(limits.spendCapUsd).nullable().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'expected at least one field to change')
  .refine((patch) => patch.reason === undefined || patch.accepting === false, {
    message: 'expected only beside accepting: false',
    path: ['reason'],
  })
  .meta({ id: 'PatchDeployment' });

const Stopped = z.object({
  stopping: z.number().int().describe('sandboxes that were told to end'),
  failed: z.number().int().describe('that could not be told; their time to live ends them'),
  complete: z.boolean().describe('false: time ran out before all were told; call again'),
});

const Quota = z
  .object({
    user_id: UserId,
    quota: UserQuota.describe('what rules'),
    override: QuotaOverride.nullable().describe('what of it was set for this user alone'),
  })
  .meta({ id: 'Quota' });

const read = { doors: userDoors, scope: 'matrx/sandbox.read', function: 'query', needs: ['records:read'] } as const;
const write = { doors: userDoors, scope: 'matrx/sandbox.write', function: 'lifecycle' } as const;
const user = z.strictObject({ user_id: UserId });

/** For operators: people of the group `matrx-admin`, and services whose policy allows these paths. */
export const adminRoutes = {
  getDeployment: {
    method: 'GET',
    path: '/admin/deployment',
    summary: 'Whether sandboxes can be created, and what those that run cost',
    ...read,
    answers: { 200: DeploymentState },
    errors: [],
    repeatable: 'always',
  },
  getPools: {
    method: 'GET',
    path: '/admin/pools',
    summary: 'Machines that wait for sandboxes, and what they cost',
    ...read,
    answers: { 200: Pools },
    errors: [],
    repeatable: 'always',
  },
  patchDeployment: {
    method: 'PATCH',
    path: '/admin/deployment',
    summary: 'Open or close the deployment for new sandboxes, or cap what a day may cost',
    ...write,
    needs: ['records:read', 'records:write'],
    body: PatchDeployment,
    answers: { 200: DeploymentState },
    errors: [],
    repeatable: 'always',
  },
  stopAll: {
    method: 'POST',
    path: '/admin/stop-all',
    summary: 'Close the deployment and end every sandbox there is',
    ...write,
    needs: ['records:read', 'records:write', 'tasks:stop', 'events:put'],
    body: z
      .strictObject({ reason: Reason, graceful: z.boolean().default(true).describe('as in DELETE of one sandbox') })
      .meta({ id: 'StopAll' }),
    answers: { 200: Stopped },
    errors: [],
    repeatable: 'always',
  },
  getQuota: {
    method: 'GET',
    path: '/admin/users/{user_id}/quota',
    summary: 'What a user may have and do',
    ...read,
    params: user,
    answers: { 200: Quota },
    errors: [],
    repeatable: 'always',
  },
  putQuota: {
    method: 'PUT',
    path: '/admin/users/{user_id}/quota',
    summary: 'Set what a user may have and do, in the place of what was set before',
    ...write,
    needs: ['records:read', 'records:write'],
    params: user,
    body: QuotaOverride,
    answers: { 200: Quota },
    errors: [],
    repeatable: 'always',
  },
  deleteQuota: {
    method: 'DELETE',
    path: '/admin/users/{user_id}/quota',
    summary: 'Give a user the quotas of the deployment again',
    ...write,
    needs: ['records:read', 'records:write'],
    params: user,
    answers: { 200: Quota },
    errors: [],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
