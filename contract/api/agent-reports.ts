import * as z from 'zod';
import { StorageCredentials } from '../home/credentials.ts';
import { HomeOrder } from '../home/home-order.ts';
import { HomeReport } from '../home/home-report.ts';
import { Command } from './commands/command-input.ts';
import { CommandOutcome } from './commands/command-result.ts';
import { GrantId, PoolMemberId, SandboxId, SessionName, Timestamp, UserId } from './identifiers.ts';
import { limits } from './limits.ts';
import type { RouteTable } from './route.ts';
import { Environment } from './sandboxes/environment.ts';
import { GitSource } from './sandboxes/git-source.ts';
import { Result, Status, StopReason } from './sandboxes/sandbox-record.ts';

/** Everything an agent needs to serve one sandbox. The channel key is base64 of 32 random bytes. */
export const Assignment = z
  .object({
    sandbox_id: SandboxId,
    user_id: UserId,
    generation: z.number().int(),
    expires_at: Timestamp,
    idle_timeout_seconds: z.number().int(),
    env: Environment,
    git: GitSource.optional(),
    on_ready: z.object({ ...Command, timeout_seconds: z.number().int() }).nullable(),
    channel_key: z.base64(),
    heartbeat_seconds: z.number().int(),
    root_commands: z.boolean().optional().describe('whether commands may run as root; not without it'),
    home: HomeOrder.optional(),
    cold: z.boolean().optional().describe('whether cold files are to be had'),
    pool_member: PoolMemberId.optional().describe(
      'what the machine was before, by which its channels prove themselves',
    ),
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof Assignment>;

/** A machine that is nobody's yet. Its key proves the channel that its assignment comes by. */
export const PoolPlace = z
  .object({
    member_id: PoolMemberId,
    channel_key: z.base64(),
    ask_again_seconds: z.number().min(1).describe('when to ask for the assignment, unless it came by a channel'),
  })
  .meta({ id: 'PoolPlace' });
export type PoolPlace = z.infer<typeof PoolPlace>;

export const Hello = z
  .strictObject({
    agent_version: z.string().max(64),
    session_limit: z.number().int().min(1).max(10_000).nullable().describe('of the exec agent; null = unreadable'),
  })
  .meta({ id: 'Hello' });
export type Hello = z.infer<typeof Hello>;

/** How the machine is, as the agent reads it once a minute. */
export const MachineFigures = z.strictObject({
  cpu: z.number().min(0).max(1_024).describe('vCPU in use, on average since the last figures'),
  memory_bytes: z.number().int().min(0).describe('without what the kernel can drop at once'),
  disk_bytes: z.number().int().min(0).describe('in use on the disk of the home'),
  processes: z.number().int().min(0),
});
export type MachineFigures = z.infer<typeof MachineFigures>;

/** What the agent says of itself, and why when it is about to end. */
export const Heartbeat = z
  .strictObject({
    state: z.enum(['starting', 'ready', 'ending']),
    reason: StopReason.nullable().describe('why it ends; null unless ending'),
    detail: z.string().max(4_096).nullable().describe('in words, for people'),
    running_commands: z.number().int().min(0),
    last_active_at: Timestamp.nullable(),
    open_grants: z.array(GrantId).max(64).optional().describe('whose holders have a channel open now'),
    machine: MachineFigures.optional().describe('once a minute'),
    home: HomeReport.optional(),
  })
  .meta({ id: 'Heartbeat' });
export type Heartbeat = z.infer<typeof Heartbeat>;

/** The code in the sandbox is done. */
export const Complete = z.strictObject({ result: Result.nullable().default(null) }).meta({ id: 'Complete' });
export type Complete = z.infer<typeof Complete>;

/** The code in the sandbox has failed for good. */
export const ReportError = z
  .strictObject({
    error: z.string().min(1).max(4_096).describe('in words, for people'),
    result: Result.nullable().default(null),
  })
  .meta({ id: 'ReportError' });
export type ReportError = z.infer<typeof ReportError>;

/** How things stand after the code said that it is done. */
const EndAnswer = z.object({
  status: Status,
  stop_reason: StopReason.nullable(),
  accepted: z.boolean().describe('false when something else had ended the sandbox before'),
});

/** What the control plane wants of the agent. */
export const HeartbeatReply = z
  .object({
    expires_at: Timestamp,
    idle_timeout_seconds: z.number().int(),
    stop: z.enum(['no', 'graceful', 'now']),
    revoked_grants: z.array(GrantId).default([]).describe('that have not expired'),
  })
  .meta({ id: 'HeartbeatReply' });
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;

/** The first and the last bytes of a stream; together they are at most half of `limits.excerptBytes`. */
const Excerpt = z.strictObject({
  head: z.base64().max(limits.excerptBytes),
  tail: z.base64().max(limits.excerptBytes).describe('empty when the head is everything'),
});

/** Who ran a command that no function saw: it came through a client-held channel. Never the command itself. */
export const CommandAudit = z.strictObject({
  grant_id: GrantId,
  user_id: UserId,
  program: z.string().regex(/^([\w./+-]{1,64}|\?)$/, 'expected a program, or "?"'),
  command_bytes: z.number().int().min(0),
});
export type CommandAudit = z.infer<typeof CommandAudit>;

export const OutcomeReport = z
  .strictObject({
    ...CommandOutcome.shape,
    signal: z.string().max(32).nullable(),
    cwd: z.string().max(limits.pathBytes),
    tty: z.boolean().optional(),
    session: SessionName.nullable().optional(),
    user: z.enum(['agent', 'root']).optional(),
    order_hash: z.base64().max(64).optional().describe('of what was asked for'),
    keep_output: z.literal(true).optional().describe('what it printed goes to storage'),
    stdout: Excerpt,
    stderr: Excerpt,
    audit: CommandAudit.optional(),
  })
  .meta({ id: 'OutcomeReport' });
export type OutcomeReport = z.infer<typeof OutcomeReport>;

const agent = { doors: ['agent'], function: 'agent', needs: ['records:read', 'records:write'] } as const;
const one = z.strictObject({ sandbox_id: SandboxId });

export const agentRoutes = {
  hello: {
    method: 'POST',
    path: '/hello',
    summary: 'Who am I: the assignment of the calling task, or its place in a pool',
    ...agent,
    body: Hello,
    answers: { 200: z.union([Assignment, PoolPlace]) },
    errors: ['not_found', 'sandbox_not_ready', 'sandbox_ended', 'conflict'],
    repeatable: 'always',
  },
  heartbeat: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/heartbeat',
    summary: 'State of the agent; the reply has the deadline and what is wanted',
    ...agent,
    needs: ['records:read', 'records:write', 'events:put'],
    params: one,
    body: Heartbeat,
    answers: { 200: HeartbeatReply },
    errors: ['not_found', 'sandbox_ended', 'conflict'],
    repeatable: 'always',
  },
  complete: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/complete',
    summary: 'The work is done: keeps the result, then the sandbox stops in peace; the first word counts',
    ...agent,
    needs: ['records:read', 'records:write', 'events:put'],
    params: one,
    body: Complete,
    answers: { 200: EndAnswer },
    errors: ['not_found', 'conflict'],
    repeatable: 'always',
  },
  reportError: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/error',
    summary: 'The work has failed: keeps why, then the sandbox stops in peace; the first word counts',
    ...agent,
    needs: ['records:read', 'records:write', 'events:put'],
    params: one,
    body: ReportError,
    answers: { 200: EndAnswer },
    errors: ['not_found', 'conflict'],
    repeatable: 'always',
  },
  storageCredentials: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/credentials',
    summary: "An hour's credentials for the user's own part of the storage",
    ...agent,
    needs: ['records:read', 'storage:delegate'],
    params: one,
    answers: { 200: StorageCredentials },
    errors: ['not_found', 'sandbox_ended'],
    repeatable: 'always',
  },
  reportOutcomes: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/outcomes',
    summary: 'How commands ended; a repeated report changes nothing',
    ...agent,
    params: one,
    body: z.strictObject({ outcomes: z.array(OutcomeReport).min(1).max(50) }),
    answers: { 200: z.object({ accepted: z.number().int() }) },
    errors: ['not_found'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
