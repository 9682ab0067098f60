import * as z from 'zod';
import { userDoors } from './doors.ts';
import { TemplateName, Timestamp, UserId } from './identifiers.ts';
import type { RouteTable } from './route.ts';
import { sizeNames } from './sandboxes/sizes.ts';
import { PoolInfo } from './use/pools.ts';
import { UserQuota } from './use/quota.ts';

/** One part of the service, as the health check found it. */
const HealthPart = z.object({
  name: z.string(),
  state: z.enum(['ok', 'down']),
  detail: z.string(),
  since: Timestamp.describe('when this state was first seen'),
});

const Health = z.object({ status: z.enum(['ok', 'down']) });
const HealthReport = Health.extend({ version: z.string(), parts: z.array(HealthPart) }).meta({ id: 'HealthReport' });

const Me = z
  .object({
    kind: z.enum(['service', 'person']),
    principal: z.string().describe('an ARN for a service, the `sub` of the token for a person'),
    user_id: UserId.nullable().describe('the only user it may act for; null = any'),
    admin: z.boolean(),
    scopes: z.array(z.string()).describe('what the token carries; a service is ruled by its IAM policy'),
    quota: UserQuota,
    use: z
      .object({
        live_sandboxes: z.number().int(),
        creates_this_minute: z.number().int(),
        commands_this_minute: z.number().int().describe('as handed out to the service’s parts: a little ahead'),
      })
      .nullable()
      .describe('null for a caller without a user of its own'),
  })
  .meta({ id: 'Me' });

const read = { doors: userDoors, scope: 'matrx/sandbox.read', function: 'query' } as const;

export const serviceRoutes = {
  getHealth: {
    method: 'GET',
    path: '/health',
    summary: 'Whether the service is up',
    doors: ['open'],
    function: 'lifecycle',
    needs: ['records:read', 'records:write', 'tasks:read', 'homes:find'],
    answers: { 200: Health, 503: Health },
    errors: [],
    repeatable: 'always',
  },
  getHealthReport: {
    method: 'GET',
    path: '/health',
    summary: 'Each part of the service: name, state, detail, since when',
    doors: userDoors,
    scope: 'matrx/sandbox.read',
    function: 'lifecycle',
    needs: ['records:read', 'records:write', 'tasks:read', 'homes:find'],
    answers: { 200: HealthReport, 503: HealthReport },
    errors: [],
    repeatable: 'always',
  },
  getOpenapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This contract as OpenAPI 3.1',
    doors: ['open'],
    function: 'query',
    needs: [],
    answers: { 200: z.record(z.string(), z.unknown()) },
    errors: [],
    repeatable: 'always',
  },
  listTemplates: {
    method: 'GET',
    path: '/templates',
    summary: 'The images a sandbox can be made from',
    ...read,
    needs: [],
    answers: {
      200: z.object({
        templates: z.array(
          z.object({ name: TemplateName, description: z.string(), image_digest: z.string().nullable() }),
        ),
      }),
    },
    errors: [],
    repeatable: 'always',
  },
  getLimits: {
    method: 'GET',
    path: '/limits',
    summary: 'Sizes and maxima of this deployment',
    ...read,
    needs: [],
    answers: {
      200: z.object({
        sizes: z.array(
          z.object({
            name: z.enum(sizeNames),
            cpu: z.number(),
            memory_mb: z.number().int(),
            usd_per_hour: z.number().describe('as cost_usd counts'),
          }),
        ),
        limits: z.record(z.string(), z.unknown()).describe('every bound of this API, by name'),
        deployment: z.object({
          max_ttl_seconds: z.number().int(),
          live_sandboxes_per_user: z.number().int(),
          creates_per_user_per_minute: z.number().int(),
          commands_per_user_per_minute: z.number().int(),
        }),
        pools: z.array(PoolInfo).describe('machines that wait for sandboxes, which then start at once'),
      }),
    },
    errors: [],
    repeatable: 'always',
  },
  getMe: {
    method: 'GET',
    path: '/me',
    summary: 'Who the caller is, what it may, its quota and use',
    ...read,
    needs: ['records:read'],
    answers: { 200: Me },
    errors: [],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
