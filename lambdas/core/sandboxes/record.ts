import * as z from 'zod';
import { Command } from '../../../contract/api/commands/command-input.ts';
import {
  CheckpointId,
  GrantId,
  PoolMemberId,
  SandboxId,
  TemplateName,
  Timestamp,
  UserId,
} from '../../../contract/api/identifiers.ts';
import { GitSource } from '../../../contract/api/sandboxes/git-source.ts';
import { Labels, Result, Size, StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { HomeReport } from '../../../contract/home/home-report.ts';

/** The machine of a sandbox. */
export const Task = z.object({
  arn: z.string(),
  id: z.string(),
  /** What it is paid for from. */
  launched_at: Timestamp,
  /** Of the newest event that changed the record; 0 = none yet. */
  event_version: z.number().int(),
});
export type Task = z.infer<typeof Task>;

/** The agent that has got the assignment. */
export const AssignedAgent = z.object({
  channel_key: z.base64(),
  session_limit: z.number().int().nullable(),
  version: z.string(),
  /** What its machine was before it was this sandbox's. */
  pool_member: PoolMemberId.optional(),
});
export type AssignedAgent = z.infer<typeof AssignedAgent>;

const common = z.object({
  sandbox_id: SandboxId,
  user_id: UserId,
  /** Who asked for it, for audits. */
  created_by: z.string(),
  /** Counts the writes; each one names the version it read. */
  version: z.number().int(),
  /** Counts the launches; part of the token that keeps a launch from happening twice. */
  attempt: z.number().int(),
  generation: z.number().int(),
  created_at: Timestamp,
  expires_at: Timestamp,
  template: TemplateName,
  image_digest: z.string().nullable(),
  size: Size,
  ttl_seconds: z.number().int(),
  idle_timeout_seconds: z.number().int(),
  labels: Labels,
  started_from: z.enum(['pool', 'cold']).default('cold'),
  git: GitSource.optional(),
  on_ready: z.object({ ...Command, timeout_seconds: z.number().int() }).nullable(),
  last_active_at: Timestamp.nullable(),
  /** Somebody waits for a channel until then: whoever holds one gives it back after its turn. */
  channel_wanted_until: Timestamp.nullable(),
  storage: z.object({ hot: z.boolean(), cold: z.boolean() }).default({ hot: false, cold: false }),
  /** The checkpoint that its home begins with; null = the newest. */
  home_from: CheckpointId.nullable().default(null),
  home: HomeReport.nullable().default(null),
});

const stop = {
  stop_reason: StopReason,
  stop_detail: z.string().nullable(),
  /** What the code inside said when it was done. */
  result: Result.nullable().default(null),
};

const Creating = common.extend({ status: z.literal('creating') });
const Starting = common.extend({ status: z.literal('starting'), task: Task, agent: AssignedAgent.nullable() });
const Ready = common.extend({
  status: z.literal('ready'),
  task: Task,
  agent: AssignedAgent,
  ready_at: Timestamp,
  /** Of client-held channels; each until it would have expired. */
  revoked_grants: z.array(z.object({ grant_id: GrantId, expires_at: Timestamp })).default([]),
});
const ShuttingDown = common.extend({
  status: z.literal('shutting_down'),
  task: Task,
  ready_at: Timestamp.nullable(),
  ...stop,
  /** What the agent is told: end commands in peace, or at once. */
  stop_wish: z.enum(['graceful', 'now']),
  /** When somebody looks whether it still does. */
  look_at: Timestamp,
});
const Ended = common.extend({
  status: z.enum(['stopped', 'failed', 'expired']),
  ready_at: Timestamp.nullable(),
  ended_at: Timestamp,
  ...stop,
  /** When its machine was launched; null = it never had one. */
  billed_from: Timestamp.nullable(),
  /** That machine's task, by which its log is found. */
  last_task_id: z.string().nullable().default(null),
});

/** All that is known of a sandbox. A state without a machine has no field of one. */
export const SandboxRecord = z.discriminatedUnion('status', [Creating, Starting, Ready, ShuttingDown, Ended]);
export type SandboxRecord = z.infer<typeof SandboxRecord>;

export type ReadyRecord = z.infer<typeof Ready>;
export type CreatingRecord = z.infer<typeof Creating>;
export type EndedRecord = z.infer<typeof Ended>;

/** Whether nothing can happen to the sandbox any more. */
export const hasEnded = (record: SandboxRecord): record is EndedRecord => 'ended_at' in record;

/** Its task, in the states that have one. */
export const taskOf = (record: SandboxRecord): Task | undefined => ('task' in record ? record.task : undefined);
