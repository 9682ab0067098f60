import * as z from 'zod';
import { HomeReport } from '../../home/home-report.ts';
import { SandboxId, TemplateName, Timestamp, UserId } from '../identifiers.ts';
import { limits } from '../limits.ts';
import { sizeNames } from './sizes.ts';

export const statuses = ['creating', 'starting', 'ready', 'shutting_down', 'stopped', 'failed', 'expired'] as const;
export const Status = z.enum(statuses);
export type Status = z.infer<typeof Status>;

export const stopReasons = [
  'user_requested',
  'expired',
  'idle',
  'completed',
  'error',
  'out_of_memory',
  'spot_interruption',
  'capacity',
  'image_pull_failed',
  'start_timeout',
  'on_ready_failed',
  'platform',
  'lost',
] as const;
export const StopReason = z.enum(stopReasons);
export type StopReason = z.infer<typeof StopReason>;

export const LabelKey = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,${limits.labelKeyLength - 1}}$`),
    `expected 1-${limits.labelKeyLength} letters, digits, ".", "_", "/", "-", the first a letter or digit`,
  );

export const Labels = z
  .record(LabelKey, z.string().max(limits.labelValueLength))
  .refine((labels) => Object.keys(labels).length <= limits.labels, `expected at most ${limits.labels} labels`);

/** A size as it was asked for: by name, or `custom` with its numbers. */
export const Size = z.object({
  name: z.enum([...sizeNames, 'custom']),
  cpu: z.number().describe('vCPU'),
  memory_mb: z.number().int(),
  disk_gb: z.number().int(),
});

/** Whether nothing in a value lies deeper than this. It follows what comes from outside, so it doesn't call itself. */
function isWithinDepth(value: unknown, depth: number): boolean {
  let level = [value];
  for (let left = depth; level.length > 0; left--) {
    if (left < 0) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}

/** What the code in a sandbox leaves behind when it is done: a JSON object. */
export const Result = z
  .record(z.string(), z.unknown())
  .refine((result) => isWithinDepth(result, limits.resultDepth), {
    error: `expected at most ${limits.resultDepth} levels`,
    abort: true,
  })
  .refine(
    (result) => new TextEncoder().encode(JSON.stringify(result)).length <= limits.resultBytes,
    `expected at most ${limits.resultBytes} bytes of JSON`,
  );
export type Result = z.infer<typeof Result>;

/** The home of a sandbox: how it came, and how it was saved last, as its agent said. */
const HomeState = z.object(
  HomeReport.pick({
    state: true,
    restored_files: true,
    restored_bytes: true,
    saved_at: true,
    checkpoint_id: true,
    partial: true,
    fault: true,
  }).shape,
);

/** A sandbox as callers see it. Every field always; null says "not (yet)". */
export const Sandbox = z
  .object({
    sandbox_id: SandboxId,
    user_id: UserId,
    status: Status,
    created_at: Timestamp,
    ready_at: Timestamp.nullable(),
    expires_at: Timestamp,
    ended_at: Timestamp.nullable(),
    stop_reason: StopReason.nullable(),
    stop_detail: z.string().nullable().describe('what is known beyond the reason, in words'),
    hot_path: z.string().describe('the home inside the sandbox'),
    cold_path: z.string().nullable().describe('cold storage inside the sandbox, where it has any'),
    template: TemplateName,
    image_digest: z.string().nullable().describe('of the container image, where the machine is made from one'),
    size: Size,
    ttl_seconds: z.number().int(),
    idle_timeout_seconds: z.number().int().describe('0 = off'),
    labels: Labels,
    started_from: z.enum(['pool', 'cold']),
    cost_usd: z.number().describe('so far: Fargate on ARM64, on demand, us-east-1 list price, public address included'),
    last_active_at: Timestamp.nullable(),
    generation: z.number().int().describe('how often the machine has been assigned'),
    home: HomeState.nullable().describe('null before it is restored, and where it is not kept'),
    result: Result.nullable().describe('what the code inside said when it was done, or of its error'),
  })
  .meta({ id: 'Sandbox' });
export type Sandbox = z.infer<typeof Sandbox>;
