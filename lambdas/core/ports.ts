// What the domain needs of the world. `undefined` says "not there"; every failure is a SandboxError that keeps its cause.

import type * as z from 'zod';
import type { CommandEvent } from '../../contract/agent/command-frames.ts';
import type { Follow, StartCommand } from '../../contract/agent/commands.ts';
import type { Grant } from '../../contract/agent/grant.ts';
import type { OutcomeReport } from '../../contract/api/agent-reports.ts';
import type { CommandPlace } from '../../contract/api/commands/command-cursor.ts';
import type { CommandOutcome } from '../../contract/api/commands/command-result.ts';
import type { Status, StopReason } from '../../contract/api/sandboxes/sandbox-record.ts';
import type { AssignedAgent, CreatingRecord, SandboxRecord, Task } from './sandboxes/record.ts';

export type { CommandEvent };

/** An idempotency key as one caller used it, for one request. */
export interface Claim {
  /** Whose key it is, and for what. */
  readonly scope: string;
  readonly key: string;
  /** Of the request; the request itself is never kept. */
  readonly hash: string;
  /** Epoch seconds until which it is kept. */
  readonly until: number;
}

export interface Creation {
  readonly record: CreatingRecord;
  readonly env: Readonly<Record<string, string>>;
  readonly claim: Claim | undefined;
  /** The most sandboxes the user may have that have not ended. */
  readonly quota: number;
  /** The most that the user may create in the minute that begins at `minuteMs`. @default no bound */
  readonly rate?: { readonly minuteMs: number; readonly limit: number };
}

/** How an atomic creation went. `claimed`: the key was used before, for the request with this hash. */
export type Created =
  | { readonly kind: 'created' }
  | { readonly kind: 'claimed'; readonly id: string; readonly hash: string }
  | { readonly kind: 'over_quota' }
  | { readonly kind: 'over_rate' };

export interface ListQuery {
  /** Whose, or everybody's in one state. */
  readonly of: { readonly userId: string } | { readonly status: Status };
  readonly status: Status | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly limit: number;
  /** Only sandboxes older than this one. */
  readonly after: string | undefined;
}

export interface ListPage {
  readonly records: readonly SandboxRecord[];
  /** Where the next page starts; undefined at the end. A page may be short without being the last. */
  readonly next: string | undefined;
}

export interface SandboxRecords {
  /** Writes record, environment, claim and live set, all or nothing. */
  create(creation: Creation): Promise<Created>;
  get(sandboxId: string): Promise<SandboxRecord | undefined>;
  /**
   * Puts `next` in the place of `previous`; false when somebody was faster. What follows from the change is one with it: the way
   * from task to sandbox, the live set, the end of the environment, and the release of a claim.
   */
  replace(previous: SandboxRecord, next: SandboxRecord, release?: Pick<Claim, 'scope' | 'key'>): Promise<boolean>;
  /** Moves `last_active_at` on, at most once a minute. */
  touch(record: SandboxRecord, at: string): Promise<void>;
  /** Until it has been delivered. */
  environmentOf(sandboxId: string): Promise<Readonly<Record<string, string>> | undefined>;
  sandboxOfTask(taskId: string): Promise<string | undefined>;
  list(query: ListQuery): Promise<ListPage>;
  countLive(userId: string): Promise<number>;
}

/** What the table keeps of a command for lists. */
export type KeptCommand = CommandOutcome & Pick<OutcomeReport, 'tty' | 'session' | 'user'>;

export interface CommandRecords {
  /** Takes a key for a command; the id of whoever took it first, and the hash of that request. */
  claim(claim: Claim, commandId: string): Promise<{ readonly id: string; readonly hash: string }>;
  outcomeOf(sandboxId: string, commandId: string): Promise<OutcomeReport | undefined>;
  /** Keeps until `until` (epoch seconds) that a command was started, unless its end has been reported already. */
  addStarted(sandboxId: string, started: KeptCommand, until: number): Promise<void>;
  /** A command as it was when it had started; undefined where nobody kept that, or its end is known. */
  startedOf(sandboxId: string, commandId: string): Promise<KeptCommand | undefined>;
  /** A page of what is kept, newest first, after that place: as commands ended, or as they had started where nobody told their end. */
  list(
    sandboxId: string,
    page: { readonly limit: number; readonly after: CommandPlace | undefined },
  ): Promise<{ readonly commands: readonly KeptCommand[]; readonly isLast: boolean }>;
}

export interface PartState {
  readonly state: 'ok' | 'down';
  readonly since: string;
}

export interface HealthRecords {
  check(): Promise<void>;
  /** Says that a part is in this state at `at`; the answer says since when. */
  observe(part: string, state: 'ok' | 'down', at: string): Promise<PartState>;
}

export interface Launch {
  readonly sandboxId: string;
  /** The same token never launches twice. */
  readonly token: string;
  /** From 1; a later one goes to other subnets or capacity. */
  readonly attempt: number;
  readonly template: string;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly diskGb: number;
}

/** `nextAttempt`: it was refused for want of room, and that attempt has other subnets or another capacity to try. */
export type Launched =
  | { readonly kind: 'accepted'; readonly task: Pick<Task, 'arn' | 'id'> }
  | {
      readonly kind: 'refused';
      readonly reason: StopReason;
      readonly detail: string;
      readonly nextAttempt: number | undefined;
    };

export interface Tasks {
  /** Definite answers only; throws `unavailable` when nobody knows whether a task was launched. */
  launch(launch: Launch): Promise<Launched>;
  /** `absent`: there is no such task. Harmless to repeat. */
  stop(arn: string, why: string): Promise<'stopping' | 'absent'>;
  check(): Promise<void>;
}

/** The agent that a channel is to lead to. */
export interface ChannelTarget {
  readonly sandboxId: string;
  readonly generation: number;
  readonly taskArn: string;
  readonly agent: AssignedAgent;
  /** Somebody waits for a channel until then. */
  readonly wantedUntil: string | null;
}

/** How a command is followed. */
export interface FollowOptions {
  /** Up to this byte of a stream its output is wanted, after it only the outcome; undefined: all of it. */
  readonly streamBytes: number | undefined;
  /** Ends before the command does: once there is some output, or at once. Its `finished` may then say `running`. */
  readonly until?: Follow['until'];
  /** Hears where the command was started. */
  readonly onStarted?: (cwd: string) => void;
  readonly signal: AbortSignal;
}

/** Something the agent is asked, and answers with JSON. */
export interface AgentQuestion<A> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** A body that is no JSON, in the place of one that is. */
  readonly bytes?: Uint8Array;
  readonly answer: z.ZodType<A>;
  /** Whether asking twice is harmless: then it is asked again when nobody knows whether it was heard. */
  readonly repeatable: boolean;
  /** How long its answer may take, in ms, where that is more than a moment. */
  readonly withinMs?: number;
}

export interface AgentChannel {
  /**
   * Starts a command (or joins it, when its id was started before) and follows it. Resolves once the agent has it; throws
   * `channel_lost` when nobody knows whether it has. The events end with `finished`, or throw `channel_lost`. Offsets follow on
   * each other, but for output that is no longer kept.
   */
  run(target: ChannelTarget, order: StartCommand, options: FollowOptions): Promise<AsyncIterable<CommandEvent>>;
  /** Follows a command that was started, from these offsets; as `run`. Throws `not_found` when the agent doesn't know it. */
  follow(
    target: ChannelTarget,
    commandId: string,
    options: FollowOptions & { readonly offsets: { readonly stdout: number; readonly stderr: number } },
  ): Promise<AsyncIterable<CommandEvent>>;
  /** Asks once, or until it has been heard; throws `channel_lost` when nobody knows whether it was, and what the agent refuses. */
  ask<A>(target: ChannelTarget, question: AgentQuestion<A>, signal: AbortSignal): Promise<A>;
}

/** A grant as the table keeps it, without its key: that is derived each time. */
export interface AccessRecord {
  readonly grant: Grant;
  readonly generation: number;
  /** The session it was opened with. */
  readonly session: { readonly id: string; readonly streamUrl: string };
  /** The slot that its session takes, and which holder of the slot it is. */
  readonly lease: { readonly slot: number; readonly fence: number };
  readonly ended_at: string | null;
}

export interface AccessRecords {
  /** Writes it, unless it has ended; false then. */
  save(record: AccessRecord): Promise<boolean>;
  get(sandboxId: string, grantId: string): Promise<AccessRecord | undefined>;
}

/** A session that was opened for a caller to use. */
export type OpenedSession = Pick<AccessRecord, 'session' | 'lease'> & { readonly token: string };

/** Channels that callers hold themselves. */
export interface ClientChannels {
  /** Takes a slot until the grant expires and opens a session. Throws `capacity_unavailable`, `unavailable`, `rate_limited`. */
  open(target: ChannelTarget, grant: Grant): Promise<OpenedSession>;
  /** Keeps the slot until then; false when it has been lost, and the session with it. */
  keep(access: AccessRecord, expiresAtMs: number): Promise<boolean>;
  /** Another token for the session; undefined when that is over. */
  resume(access: AccessRecord): Promise<string | undefined>;
  /** Ends the session and gives its slot back. Harmless to repeat. */
  end(access: AccessRecord): Promise<void>;
  /** The key of a grant, in base64: whoever has it and the grant's very text may use the channel as it says. */
  keyFor(target: Pick<ChannelTarget, 'sandboxId' | 'generation' | 'agent'>, grantText: string): GrantKey;
}

export interface GrantKey {
  readonly context: string;
  readonly channel_key: string;
}

export interface Template {
  readonly description: string;
  readonly image_digest: string | null;
}

/** What the operator has set. */
export interface Deployment {
  readonly version: string;
  readonly templates: ReadonlyMap<string, Template>;
  readonly quotas: {
    readonly live_sandboxes_per_user: number;
    readonly creates_per_user_per_minute: number;
    readonly commands_per_user_per_minute: number;
    readonly max_ttl_seconds: number;
  };
}

/** One line of the log. Fields never hold environment values, tokens, output or whole command lines. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}
