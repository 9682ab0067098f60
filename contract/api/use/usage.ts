import * as z from 'zod';
import { userDoors } from '../doors.ts';
import { SandboxId, Timestamp, UserId } from '../identifiers.ts';
import type { RouteTable } from '../route.ts';
import { LabelKey } from '../sandboxes/sandbox-record.ts';

/** A day, by UTC. */
const Day = z.iso.date('expected a day, as 2026-11-23');

const sums = {
  sandboxes: z.number().int().describe('that ended'),
  sandbox_seconds: z.number().int().describe('for which their machines are paid'),
  commands: z.number().int().describe('whose end was reported'),
  usd: z.number().describe('at list prices, as cost_usd'),
};

const Usage = z
  .object({
    user_id: UserId.nullable().describe('null = everybody'),
    from: Day,
    to: Day,
    group_by: z.string(),
    rows: z.array(z.object({ key: z.string().nullable().describe('null = without such a label'), ...sums })),
    total: z.object(sums),
  })
  .meta({ id: 'Usage' });

/** How a machine is, as its agent said. */
const MachinePoint = z.object({
  at: Timestamp,
  cpu: z.number().describe('vCPU in use, on average since the point before'),
  memory_bytes: z.number().int().describe('without what the kernel can drop at once'),
  disk_bytes: z.number().int().describe('in use on the disk of the home'),
  processes: z.number().int(),
  running_commands: z.number().int(),
});

const Metrics = z
  .object({
    sandbox_id: SandboxId,
    limits: z.object({ cpu: z.number(), memory_bytes: z.number().int(), disk_bytes: z.number().int() }),
    current: MachinePoint.nullable().describe('the newest point; null before the first'),
    points: z.array(MachinePoint).describe('of the past hour, oldest first, one a minute'),
  })
  .meta({ id: 'Metrics' });

const read = {
  doors: userDoors,
  scope: 'matrx/sandbox.read',
  function: 'query',
  needs: ['records:read'],
  repeatable: 'always',
} as const;

export const usageRoutes = {
  getUsage: {
    method: 'GET',
    path: '/usage',
    summary: 'What sandboxes that have ended used and cost; kept 400 days',
    ...read,
    query: z.strictObject({
      user_id: UserId.optional().describe('a person’s own by default; an operator’s default is everybody'),
      from: Day.optional().describe('the first day; by default 29 days before the last one'),
      to: Day.optional().describe('the last day; by default today, by UTC'),
      group_by: z
        .string()
        .refine(
          (text) =>
            /^(day|user|template|size)$/.test(text) ||
            (text.startsWith('label.') && LabelKey.safeParse(text.slice(6)).success),
          'expected day, user, template, size, or label.<key>',
        )
        .default('day'),
    }),
    answers: { 200: Usage },
    errors: [],
  },
  getMetrics: {
    method: 'GET',
    path: '/sandboxes/{sandbox_id}/metrics',
    summary: 'CPU, memory, disk and processes of a sandbox, now and in the past hour',
    ...read,
    params: z.strictObject({ sandbox_id: SandboxId }),
    answers: { 200: Metrics },
    errors: ['not_found'],
  },
} as const satisfies RouteTable;
